/**
 * Four projects: `lint` is the tests of the lint rules; `chromium` is `*.browser.test.ts`, in Debian's Chromium on a software GPU;
 * `*.loss.browser.test.ts` are `chromium-loss`, in a Chromium of their own, for they kill its GPU process; `node` is all else. Nothing
 * is downloaded: where there is no Chromium, scripts/test.mjs says so and leaves those projects out.
 */
import { availableParallelism } from "node:os";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";
import type { BrowserCommand } from "vitest/node";

const chromium = process.env["CHROMIUM"] ?? "/usr/bin/chromium";

const browserTests = "**/*.browser.test.ts";
const lossTests = "**/*.loss.browser.test.ts";
const lintTests = "packages/eslint-plugin-signalbox/test/**/*.test.ts";
const neverTests = ["**/node_modules/**", "**/dist/**"];

/** A page is crossOriginIsolated, and so has SharedArrayBuffer, only under these two headers. */
const isolated = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

const chromiumFlags = [
  "--no-sandbox", // Chromium refuses to run as root otherwise, and CI is often root
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // WebGPU on SwiftShader, the software adapter: the same everywhere, with or without a GPU
  "--enable-unsafe-webgpu",
  "--use-webgpu-adapter=swiftshader",
  "--enable-features=Vulkan",
];

/** Chromium gives a page no adapter after the second loss of its GPU process, unless told otherwise. */
const lossFlags = ["--disable-domain-blocking-for-3d-apis", "--disable-gpu-process-crash-limit"];

/** Kills the GPU process of the test's own browser, as a driver that crashes would; answers its number. */
const killGpuProcess: BrowserCommand = async ({ context }) => {
  const session = await context.browser()?.newBrowserCDPSession();
  const { processInfo = [] } = (await session?.send("SystemInfo.getProcessInfo")) ?? {};
  const gpu = processInfo.find(({ type }) => type === "GPU");
  if (gpu === undefined)
    throw new Error(`The browser has no GPU process, only ${processInfo.map(({ type }) => type).join()}`);
  process.kill(gpu.id, "SIGKILL");
  await session?.detach();
  return gpu.id;
};

export default defineConfig({
  // Vite's dependency cache stays out of node_modules, so that a clean clone and a warm one behave alike.
  cacheDir: ".cache/vite",
  test: {
    reporters: ["default"],
    // Vitest would leave one core to itself, and so run one file at a time on two; but it has little to do while tests run.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: "node",
          environment: "node",
          testTimeout: 60_000, // CI's machine may be slow, tests here start processes, and two files share the cores with the gate
          // A process per file, not a thread: a WebGPU device must not die with a terminated thread.
          pool: "forks",
          include: [
            "packages/*/test/**/*.test.ts",
            "examples/*/test/**/*.test.ts",
            "bench/test/**/*.test.ts",
            "torture/test/**/*.test.ts",
            "scripts/test/**/*.test.ts",
          ],
          exclude: [browserTests, lintTests, ...neverTests],
          // The validator is on in every test, and in each thread and process that one starts: see there.
          env: { SIGNALBOX_LOCKDEP: "fail" },
          setupFiles: ["packages/signalbox/test/support/validator.ts"],
          // The built package is loaded by Node itself, as a user's program would load it.
          server: { deps: { external: [/\/packages\/[^/]+\/dist\//, /\/examples\/[^/]+\/dist\//] } },
        },
      },
      {
        test: {
          name: "lint",
          environment: "node",
          testTimeout: 60_000,
          pool: "forks",
          // Each of these types the same libraries: one process does that once for all its files, which keep nothing but that.
          isolate: false,
          include: [lintTests],
          exclude: neverTests,
        },
      },
      {
        server: { headers: isolated },
        test: {
          name: "chromium",
          testTimeout: 20_000,
          include: ["packages/*/test/" + browserTests, "examples/*/test/" + browserTests],
          exclude: [lossTests, ...neverTests],
          setupFiles: ["packages/signalbox/test/support/validator.browser.ts"],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({ launchOptions: { executablePath: chromium, args: chromiumFlags } }),
            instances: [{ browser: "chromium" }],
          },
        },
      },
      {
        server: { headers: isolated },
        test: {
          name: "chromium-loss",
          testTimeout: 20_000,
          include: ["packages/*/test/" + lossTests],
          exclude: neverTests,
          setupFiles: ["packages/signalbox/test/support/validator.browser.ts"],
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: playwright({
              launchOptions: { executablePath: chromium, args: [...chromiumFlags, ...lossFlags] },
            }),
            instances: [{ browser: "chromium" }],
            commands: { killGpuProcess },
          },
        },
      },
    ],
  },
});
