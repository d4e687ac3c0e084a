/**
 * The lint rules: typescript-eslint's strictest typed sets, plus what this repository forbids itself.
 *
 * A rule is turned off or tuned here only with a reason beside it; in a file, `eslint-disable-next-line rule -- reason`.
 */
import comments from "@eslint-community/eslint-plugin-eslint-comments/configs";
import js from "@eslint/js";
import signalbox from "eslint-plugin-signalbox"; // this repository's own, as built by `tsc -b`
import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

const throughPlatform = "only through platform/: so that time, chance and threads can be simulated";

/** Globals that only packages/signalbox/src/platform/ may touch (docs/architecture.md, "The seam"). */
const seamGlobals = [
  "setTimeout",
  "clearTimeout",
  "setInterval",
  "clearInterval",
  "setImmediate",
  "clearImmediate",
  "queueMicrotask",
  "performance",
  "Atomics",
  "Worker",
  "MessageChannel",
];

/** The same by another road: a property of an object that has its own name. */
const seamProperties = [
  { object: "process", property: "nextTick" },
  { object: "process", property: "hrtime" },
  { object: "Date", property: "now" },
  { object: "Math", property: "random" },
  ...["globalThis", "self", "window"].flatMap((object) => seamGlobals.map((property) => ({ object, property }))),
];

/** And Node's modules for the same things. */
const seamModules = [
  "node:timers",
  "node:timers/promises",
  "node:perf_hooks",
  "node:worker_threads",
  "node:child_process",
];

/** Tests of what happens to who does it wrong: most of what they do is that. */
const testsOfMisuse = [
  "devices/workers/jobs/program-forgets*.mjs",
  "faults.test.ts",
  "fence/delivery.test.ts",
  "queue/{job,reentry,ring,slot,started,submission,submission-by-hand}.test.ts",
  "queue/random-batches.test.ts",
  "queue/random-program/world.ts",
  "shared/thread-link.test.ts",
  "signalling/**",
  "sync/{random-programs,sync-point,sync-wait}.test.ts",
  "trace/{recorder,summary}.test.ts",
  "types/must-not-compile.test.ts",
];
const rulesOfUse = [
  "balanced-submission",
  "filled-slots",
  "job-fits-queue",
  "no-await-in-section",
  "no-escaping-token",
  "no-floating-wait",
  "no-seqno-arithmetic",
  "no-throw-in-post",
  "no-use-after-submit",
  "no-wait-in-section",
  "promise-needs-reason",
  "submission-order",
];

export default defineConfig(
  globalIgnores(["**/dist/", "**/coverage/", ".cache/"]),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  comments.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    languageOptions: {
      parserOptions: {
        // The files of the root belong to the project of scripts/.
        projectService: {
          allowDefaultProject: ["*.config.js", "*.config.ts"],
          defaultProject: "scripts/tsconfig.json",
        },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
      "no-undef": "off", // the compiler knows better, .mjs files included
      eqeqeq: "error",
      "no-console": "error",

      // Each exception is explained where it is made, and ends with the line or block that needs it.
      "@eslint-community/eslint-comments/require-description": ["error", { ignore: ["eslint-enable"] }],
      "@eslint-community/eslint-comments/no-unused-disable": "off", // reportUnusedDisableDirectives does it

      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": [
        "error",
        { requireDefaultForNonUnion: true, considerDefaultExhaustiveForUnions: true },
      ],
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "separate-type-imports" }],
      "@typescript-eslint/consistent-type-exports": "error",
      "@typescript-eslint/no-import-type-side-effects": "error",
      "@typescript-eslint/strict-boolean-expressions": [
        "error",
        // `if (flag)` where flag may be undefined reads well; numbers and strings are compared, since 0 and "" are values.
        { allowString: false, allowNumber: false, allowNullableBoolean: true },
      ],

      // Numbers in messages are what the messages are for.
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true, allowBoolean: true }],
      // `() => port.postMessage(0)` is clear as it is.
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      // A parameter that a signature asks for and a body has no use for is written `_job`.
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // Indexing what was just measured (`items[i]!` under `i < items.length`) is the hot path's idiom; a guard there costs.
      "@typescript-eslint/no-non-null-assertion": "off",
      // A getter that returns a literal is on the prototype: a field would cost every instance a slot.
      "@typescript-eslint/class-literal-property-style": "off",
      // isolatedDeclarations wants the type of a parameter written down where its default is a name, such as Infinity.
      "@typescript-eslint/no-inferrable-types": ["error", { ignoreParameters: true }],
      // An empty callback is sometimes just what is meant.
      "@typescript-eslint/no-empty-function": "off",
    },
  },
  {
    name: "signalbox/seam",
    files: ["packages/signalbox/src/**"],
    ignores: ["packages/signalbox/src/platform/**"],
    rules: {
      "no-restricted-globals": ["error", ...seamGlobals.map((name) => ({ name, message: throughPlatform }))],
      "no-restricted-properties": ["error", ...seamProperties.map((p) => ({ ...p, message: throughPlatform }))],
      "no-restricted-imports": ["error", { paths: seamModules.map((name) => ({ name, message: throughPlatform })) }],
    },
  },
  {
    ...signalbox.configs.recommended,
    files: [
      "packages/*/src/**",
      "packages/{signalbox,cli}/test/**",
      "examples/*/{src,test}/**",
      "bench/**",
      "torture/**",
      "scripts/**",
    ],
  },
  {
    name: "signalbox/order-itself",
    files: ["packages/signalbox/src/fence/order.ts"],
    rules: { "signalbox/no-seqno-arithmetic": "off" }, // what isLater is made of
  },
  {
    name: "signalbox/proof-itself",
    files: ["packages/signalbox/src/signalling/obligation.ts"],
    rules: { "signalbox/no-escaping-token": "off" }, // a proof keeps its obligation
  },
  {
    name: "signalbox/fences-to-look-at",
    files: ["packages/signalbox/test/**"],
    rules: { "signalbox/owned-driver-fence": "off" }, // tests make many that nobody signals, to see what is done with them
  },
  {
    name: "signalbox/misuse-on-purpose",
    files: testsOfMisuse.map((path) => `packages/signalbox/test/${path}`),
    rules: Object.fromEntries(rulesOfUse.map((rule) => [`signalbox/${rule}`, "off"])),
  },
  {
    name: "signalbox/programs-print",
    files: ["examples/**", "bench/**", "torture/**", "scripts/**"],
    rules: { "no-console": "off" },
  },
  {
    name: "signalbox/tools",
    files: ["**/*.mjs"],
    rules: {
      // The compiler reads a cast in a comment; these rules don't.
      "@typescript-eslint/no-unsafe-assignment": "off",
    },
  },
  {
    name: "signalbox/tests",
    files: ["**/test/**"],
    rules: {
      // A test of many cases is read case by case.
      "max-lines": "off",
      // A test asserts on what it cannot prove to the compiler, and hands in what the types forbid.
      "@typescript-eslint/no-unsafe-argument": "off",
      "@typescript-eslint/no-unsafe-assignment": "off",
      "@typescript-eslint/no-unsafe-member-access": "off",
      "@typescript-eslint/no-unsafe-call": "off",
      "@typescript-eslint/no-unsafe-return": "off",
      "@typescript-eslint/only-throw-error": "off",
      "@typescript-eslint/prefer-promise-reject-errors": "off",
      "@typescript-eslint/require-await": "off",
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/strict-boolean-expressions": "off",
    },
  },
);
