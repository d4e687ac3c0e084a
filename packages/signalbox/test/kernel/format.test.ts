import { describe, expect, it } from "vitest";
import { parseRecording } from "./format.ts";
import { FormatError } from "./format-error.ts";

const good = { op: "create", args: {}, as: "a", ret: 0, out: { handle: 1 } };

function line(changes: object = {}, step: object = {}): string {
  return JSON.stringify({ id: "x/y", area: "x", note: "n", steps: [{ ...good, ...step }], ...changes });
}

describe("a recording", () => {
  it("is read line by line, and knows where each line stands", () => {
    const { sequences } = parseRecording("a.jsonl", `${line()}\n\n${line({ id: "second" })}\n`);
    expect(sequences.map(({ id, at }) => [id, at])).toEqual([
      ["x/y", "a.jsonl:1"],
      ["second", "a.jsonl:3"],
    ]);
    expect(sequences[0]?.steps).toEqual([{ op: "create", args: {}, as: "a", answer: { ret: 0, out: { handle: 1 } } }]);
  });

  it("keeps the debug kernel's answer, and leaves out what is no answer", () => {
    const alt = { ret: -1, errno: "EBUSY" };
    const { sequences } = parseRecording("a", line({ slow: true }, { alt, warn: "file.c", lockdep: "what" }));
    expect(sequences[0]?.steps[0]).toEqual({
      op: "create",
      args: {},
      as: "a",
      answer: { ret: 0, out: { handle: 1 } },
      alt,
    });
  });

  it("tells lockdep's verdicts from sequences, whatever the file is called", () => {
    const verdict = JSON.stringify({ id: "lockdep/x", tasks: [{ task: "thread: begin", complain: false }] });
    const { verdicts, sequences } = parseRecording("a", `${verdict}\n${line()}\n${verdict}`);
    expect([verdicts.map(({ at }) => at), sequences.map(({ at }) => at)]).toEqual([["a:1", "a:3"], ["a:2"]]);
  });

  it("may leave out args, which are then none", () => {
    expect(parseRecording("a", line({}, { args: undefined })).sequences[0]?.steps[0]?.args).toEqual({});
  });
});

describe("a line that is not in the format is told with its place", () => {
  it.each<[what: string, text: string, message: RegExp]>([
    ["no JSON", "{", /^a\.jsonl:2: this is no JSON/],
    ["a list", "[]", /^a\.jsonl:2: a line must be an object; found \[\]/],
    ["no id", line({ id: undefined }), /^a\.jsonl:2: a line needs "id", a string; found nothing/],
    ["an empty id", line({ id: "" }), /"id"/],
    ["no area", line({ area: 3 }), /"area", a string; found 3/],
    ["no steps", line({ steps: undefined }), /"steps" must be a list/],
    ["no step", line({ steps: [] }), /"steps" must be a list, and not an empty one/],
    ["a step that is none", line({ steps: [null] }), /step 0 must be an object; found null/],
    ["no operation", line({}, { op: undefined }), /step 0 needs "op", a string/],
    ["args that are none", line({}, { args: [1] }), /"args" of step 0 must be an object/],
    ["a name that is none", line({}, { as: 4 }), /step 0 needs "as", a string; found 4/],
    ["no ret", line({}, { ret: undefined }), /step 0 needs "ret", a whole number; found nothing/],
    ["a broken ret", line({}, { ret: 0.5 }), /"ret", a whole number; found 0\.5/],
    ["an error without a name", line({}, { ret: -1 }), /must have "errno" just when "ret" is negative/],
    ["a name without an error", line({}, { errno: "EINVAL" }), /must have "errno" just when "ret" is negative/],
    ["an out that is none", line({}, { out: "x" }), /"out" of step 0 must be an object/],
    ["an alt that is none", line({}, { alt: 0 }), /"alt" of step 0 must be an object/],
    ["an alt without ret", line({}, { alt: {} }), /"alt" of step 0 needs "ret"/],
  ])("%s", (_what, text, message) => {
    const read = (): unknown => parseRecording("a.jsonl", `${line()}\n${text}\n`);
    expect(read).toThrow(FormatError);
    expect(read).toThrow(message);
  });
});
