/** The page of the table: docs/defects.md. */
import type { Defect, Line } from "./defect.ts";
import type { Stopped } from "./lines.ts";
import { reports } from "./reports.ts";
import type { Report } from "./reports.ts";

const lines: readonly (readonly [line: Line, meaning: string])[] = [
  ["tsc", "the program doesn't compile"],
  ["lint", "`eslint-plugin-signalbox` finds it, before the program runs"],
  [
    "core",
    "the package itself, with nothing turned on: the first call that is wrong throws, or its fence fails with what is wrong; or no harm is done",
  ],
  ["validator", "the program runs, and `signalbox/lockdep` reports it the first time, whether it hung or not"],
  ["explorer", "the program goes well in its plainest order; `signalbox check` finds one in which it breaks a promise"],
  ["none", "nothing stops the program: it does its harm, or hangs, and nothing is said"],
];

/** The page as Markdown. */
export function pageOf(all: readonly Stopped[]): string {
  const count = (wanted: readonly Line[]): number => all.filter(({ line }) => wanted.includes(line)).length;
  const share = (number: number): string => `${number} of ${all.length}`;
  const unstopped = all.filter(({ line }) => line === "none").map(({ defect: { id } }) => `[${id}](#${anchor(id)})`);
  const harmless = all.filter(({ defect }) => defect.harmless !== undefined).length;
  const seen = all.filter(({ defect: { id } }) => reports.has(id)).length;
  return [
    "# Planted defects",
    "",
    "<!-- Written by packages/signalbox/test/defects: npx vitest run --project node packages/signalbox/test/defects -u -->",
    "",
    "Programs that are wrong, each small and wrong in one way, and the first line of defence that stops each. Which one that is, and what it says, is found out: a test compiles every program, lints what compiles, runs what passes under the validator, and writes this page, counts and all.",
    "",
    "Said by hand are the programs and what is wrong with them, where such a thing was seen, and, below a program that does no harm or that nothing stops, the sentence that says why. That it does none is found out, too: such a program looks for the harm and throws if there is any, and what it saw instead stands in the table.",
    "",
    `${share(count(["tsc", "lint"]))} are stopped before they run, ${share(count(["core", "validator"]))} the first time that they do, and ${share(count(["explorer"]))} when their orders are explored. ${
      unstopped.length === 0 ? "None passes." : `Not stopped: ${unstopped.join(", ")}.`
    }`,
    "",
    "| line of defence | stops | what that means |",
    "| --- | --- | --- |",
    ...lines.map(([line, meaning]) => `| ${line} | ${count([line])} | ${meaning} |`),
    "",
    "The lines are asked in this order, and the first that stops a program is its row's. Exploration of schedules comes last, since it needs a program that is written as a scenario: the defects that only one order shows are.",
    "",
    `The core stands beside the four tools as a line of its own, since it is none of them: it is there in every program, in production, too, where no validator is turned on. To count its rows for the validator would be to praise that for what it doesn't do, and to count them for none, to say that those programs do their harm. Of its ${count(["core"])} rows, ${count(["core"]) - harmless} are of calls and fences that fail with what is wrong; in ${harmless}, what does harm elsewhere does none here.`,
    "",
    "## The table",
    "",
    `Ids such as 11.3.4, Q7b and L4a are those of the rules and decisions that the design goes by; P1 and so on are programs of the field. ${seen} rows name reports in which somebody made that mistake, elsewhere and with other tools; what happened there is told below their programs. For the others no such report was found: the column says what the design was told of, or only who would make it.`,
    "",
    "| id | defect | seen in | stopped by | with |",
    "| --- | --- | --- | --- | --- |",
    ...all.map(({ defect: { id, what, from }, line, by, says }) => {
      const seenIn = [from, ...(reports.get(id) ?? []).map(link)].join(", ");
      return row([`[${id}](#${anchor(id)})`, what, seenIn, line, by === "" ? says : `\`${by}\``]);
    }),
    "",
    "## The programs",
    "",
    "Each is the body of an async function, with `device` (a simulated one), its queues `queue` and `other`, a `timeline`, `turn()` for a turn of the event loop and `collect()` for the garbage collector. Those that exploration stops are the body of a scenario's `build(world)`.",
    ...all.flatMap(({ defect }) => sectionOf(defect)),
    "",
  ].join("\n");
}

function sectionOf({ id, what, program, harmless, passes }: Defect): readonly string[] {
  return [
    "",
    `### ${id}`,
    "",
    `${what}.`,
    "",
    "```ts",
    program,
    "```",
    ...(harmless === undefined ? [] : ["", `It does no harm: ${harmless}.`]),
    ...(passes === undefined ? [] : ["", `Nothing stops it: ${passes}.`]),
    ...(reports.get(id) ?? []).flatMap((each) => ["", `Seen in ${link(each)}: ${each.what}.`]),
  ];
}

// GitHub shows a pull request under this address as well.
function link({ thread }: Report): string {
  return `[${thread}](https://github.com/${thread.replace("#", "/issues/")})`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

// As GitHub makes them of headings.
function anchor(id: string): string {
  return id.toLowerCase().replaceAll(".", "");
}
