/** The page of the table: docs/defects.md. */
import type { Line } from "./defect.ts";
import type { Stopped } from "./lines.ts";

const lines: readonly (readonly [line: Line, meaning: string])[] = [
  ["tsc", "the program doesn't compile"],
  ["lint", "`eslint-plugin-signalbox` finds it, before the program runs"],
  ["core", "the first call that is wrong throws, or its fence fails with what is wrong; or no harm is done"],
  ["validator", "the program runs, and `signalbox/lockdep` reports it the first time, whether it hung or not"],
  ["explorer", "the program goes well in its plainest order; `signalbox check` finds one in which it breaks a promise"],
  ["none", "nothing is said"],
];

/** The page as Markdown. */
export function pageOf(all: readonly Stopped[]): string {
  const count = (wanted: readonly Line[]): number => all.filter(({ line }) => wanted.includes(line)).length;
  const share = (number: number): string => `${number} of ${all.length}`;
  const unstopped = all.filter(({ line }) => line === "none").map(({ defect }) => defect.id);
  return [
    "# Planted defects",
    "",
    "<!-- Written by packages/signalbox/test/defects: npx vitest run --project node packages/signalbox/test/defects -u -->",
    "",
    "Programs that are wrong, each small and wrong in one way, and the first line of defence that stops each. Nothing here is said by hand: a test compiles every program, lints what compiles, runs what passes under the validator, and writes this page.",
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
    "## The table",
    "",
    "Ids such as 11.3.4, Q7b and L4a are those of the rules and decisions that the design goes by; P1 and so on are programs of the field.",
    "",
    "| id | defect | seen in | stopped by | with |",
    "| --- | --- | --- | --- | --- |",
    ...all.map(({ defect: { id, what, from }, line, by, says }) =>
      row([`[${id}](#${anchor(id)})`, what, from, line, by === "" ? says : `\`${by}\``]),
    ),
    "",
    "## The programs",
    "",
    "Each is the body of an async function, with `device` (a simulated one), its queues `queue` and `other`, a `timeline`, `turn()` for a turn of the event loop and `collect()` for the garbage collector. Those that exploration stops are the body of a scenario's `build(world)`.",
    ...all.flatMap(({ defect: { id, what, program } }) => [
      "",
      `### ${id}`,
      "",
      `${what}.`,
      "",
      "```ts",
      program,
      "```",
    ]),
    "",
  ].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

// As GitHub makes them of headings.
function anchor(id: string): string {
  return id.toLowerCase().replaceAll(".", "");
}
