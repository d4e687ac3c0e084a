import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProtoReader } from "../../src/trace/perfetto/proto-reader.ts";
import { ProtoWriter } from "../../src/trace/perfetto/proto-writer.ts";
import { readPerfetto } from "../../src/trace/index.ts";
import * as fields from "../../src/trace/perfetto/fields.ts";

/** What protobuf's own documents say that these values are written as. */
describe("the wire format", () => {
  function written(write: (out: ProtoWriter) => void): number[] {
    const out = new ProtoWriter();
    write(out);
    return [...out.bytes()];
  }

  test("writes varints in groups of seven bits, the lowest first", () => {
    expect(written((out) => out.uint(1, 150))).toEqual([0x08, 0x96, 0x01]);
    expect(written((out) => out.uint(1, 0))).toEqual([0x08, 0x00]);
    expect(written((out) => out.uint(16, 127))).toEqual([0x80, 0x01, 0x7f]);
    expect(written((out) => out.uint(1, 2 ** 32))).toEqual([0x08, 0x80, 0x80, 0x80, 0x80, 0x10]);
    expect(written((out) => out.uint(1, Number.MAX_SAFE_INTEGER))).toEqual([
      0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f,
    ]);
  });

  test("writes texts and messages with their lengths, and fixed fields the low byte first", () => {
    expect(written((out) => out.string(2, "testing"))).toEqual([0x12, 7, ...Buffer.from("testing")]);
    expect(written((out) => out.fixed64(1, 1 + 2 ** 33))).toEqual([0x09, 1, 0, 0, 0, 2, 0, 0, 0]);
    expect(written((out) => out.double(1, 1.5))).toEqual([0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f]);
    expect(
      written((out) => {
        const outer = out.begin(3);
        const inner = out.begin(4);
        out.uint(1, 1);
        out.end(inner);
        out.end(outer);
      }),
    ).toEqual([0x1a, 4, 0x22, 2, 0x08, 1]);
  });

  test("bug: a counter below 0, of a core that lost count, could not be written", () => {
    expect(written((out) => out.int(30, -1))).toEqual([0xf0, 0x01, ...Array<number>(9).fill(0xff), 0x01]);
    for (const value of [0, 1, 2 ** 40, -1, -2, -128, -(2 ** 40), Number.MIN_SAFE_INTEGER]) {
      const out = new ProtoWriter();
      out.int(1, value);
      const reader = new ProtoReader(out.bytes());
      expect(reader.next()).toBe(true);
      expect(reader.int()).toBe(value);
      expect(reader.next()).toBe(false);
    }
  });

  test("refuses numbers that a field can't hold", () => {
    for (const value of [-1, 0.5, NaN]) expect(() => written((out) => out.uint(1, value))).toThrow(RangeError);
    for (const value of [-0.5, NaN, -(2 ** 60)]) expect(() => written((out) => out.int(1, value))).toThrow(RangeError);
  });

  test("reads back whatever was written, at any length and depth", () => {
    const value = fc.oneof(fc.maxSafeNat(), fc.double({ noNaN: true }), fc.string({ unit: "binary", maxLength: 300 }));
    type Tree = (Tree | string | number)[];
    const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
      tree: fc.array(fc.oneof({ maxDepth: 4 }, value, tie("tree"))),
    }));
    const write = (out: ProtoWriter, values: Tree): void => {
      for (const item of values) {
        if (typeof item === "string") out.string(1, item);
        else if (Array.isArray(item)) {
          const start = out.begin(2);
          write(out, item);
          out.end(start);
        } else if (Number.isSafeInteger(item) && item >= 0 && !Object.is(item, -0)) {
          out.uint(3, item);
          out.fixed64(5, item);
        } else out.double(4, item);
      }
    };
    const read = (reader: ProtoReader): Tree => {
      const values: Tree = [];
      while (reader.next()) {
        if (reader.field === 1) values.push(reader.string());
        else if (reader.field === 2) values.push(read(reader.message()));
        else if (reader.field === 3) values.push(reader.uint());
        else if (reader.field === 4) values.push(reader.double());
        else expect(reader.fixed64()).toBe(values.at(-1));
      }
      return values;
    };
    fc.assert(
      fc.property(tree, (values) => {
        const out = new ProtoWriter();
        write(out, values);
        expect(read(new ProtoReader(out.bytes()))).toEqual(values);
      }),
    );
  });

  test("grows beyond its first buffer", () => {
    const out = new ProtoWriter();
    const long = "x".repeat(100_000);
    const start = out.begin(1);
    for (let count = 0; count < 20; count++) out.string(2, long);
    out.end(start);
    const message = new ProtoReader(out.bytes());
    expect(message.next()).toBe(true);
    const inner = message.message();
    let texts = 0;
    for (; inner.next(); texts++) expect(inner.string()).toBe(long);
    expect(texts).toBe(20);
    expect(message.next()).toBe(false);
  });
});

describe("bytes that are no trace", () => {
  const invalid = (bytes: readonly number[], message: RegExp): void => {
    expect(() => readPerfetto(new Uint8Array(bytes))).toThrow(expect.objectContaining({ code: "EINVAL" }));
    expect(() => readPerfetto(new Uint8Array(bytes))).toThrow(message);
  };

  test("are told from a trace", () => {
    invalid([], /no tracks/);
    invalid([...Buffer.from('{"traceEvents":[]}')], /damaged|no Perfetto trace/);
    invalid([0x12, 0], /field 2 where only packets belong/);
    invalid([0x0a, 5, 1], /breaks off at byte 2/);
    invalid([0x0a, 2, 0x42, 0x80], /wire type 2|breaks off/);
    invalid([0x0a, 2, 0x40, 0x80], /breaks off at byte 4/);
    invalid([0x08, 1], /wire type 0 where 2 belongs/);
    invalid([0x0a, 11, ...Array.from({ length: 11 }, () => 0xff)], /more than ten bytes/);
    invalid([0x0a, 2, 0x00, 0x00], /without a number/);
  });

  test("name what is compressed, and texts that are none", () => {
    const out = new ProtoWriter();
    const packet = out.begin(fields.trace.packet);
    out.string(fields.packet.compressed_packets, "...");
    out.end(packet);
    invalid([...out.bytes()], /compressed/);
    // A track whose name is a lone continuation byte.
    invalid([0x0a, 6, 0xe2, 0x03, 3, 0x12, 1, 0x80], /not UTF-8/);
  });
});

describe("a file that makes no sense", () => {
  /** A file with one lane and one counter, and whatever `body` adds. */
  function file(body: (out: ProtoWriter) => void): Uint8Array {
    const out = new ProtoWriter();
    const { trackDescriptor: track } = fields;
    packet(out, () => {
      const names = out.begin(fields.packet.interned_data);
      for (const index of [fields.internedData.event_names, fields.internedData.event_categories]) {
        const name = out.begin(index);
        out.uint(fields.internedName.iid, 1);
        out.string(fields.internedName.name, "thing");
        out.end(name);
      }
      out.end(names);
      const lane = out.begin(fields.packet.track_descriptor);
      out.uint(track.uuid, 1);
      out.string(track.name, "lane");
      out.end(lane);
    });
    packet(out, () => {
      const counter = out.begin(fields.packet.track_descriptor);
      out.uint(track.uuid, 2);
      out.string(track.name, "counter");
      out.end(out.begin(track.counter));
      out.end(counter);
    });
    body(out);
    return out.bytes();
  }

  function packet(out: ProtoWriter, body: () => void): void {
    const start = out.begin(fields.trace.packet);
    body();
    out.end(start);
  }

  function event(out: ProtoWriter, time: number, type: number, track = 1, more: () => void = () => {}): void {
    packet(out, () => {
      out.uint(fields.packet.timestamp, time);
      const start = out.begin(fields.packet.track_event);
      out.uint(fields.trackEvent.type, type);
      out.uint(fields.trackEvent.track_uuid, track);
      if (type === fields.TYPE_SLICE_BEGIN || type === fields.TYPE_INSTANT) {
        out.uint(fields.trackEvent.name_iid, 1);
        out.uint(fields.trackEvent.category_iids, 1);
      }
      more();
      out.end(start);
    });
  }

  const { TYPE_SLICE_BEGIN: BEGIN, TYPE_SLICE_END: END, TYPE_INSTANT: INSTANT, TYPE_COUNTER: COUNTER } = fields;
  const { flow_ids, terminating_flow_ids, name_iid } = fields.trackEvent;

  test.each<[string, (out: ProtoWriter) => void, string[]]>([
    [
      "a good one has none",
      (out) => {
        event(out, 1, BEGIN);
        event(out, 2, END);
        event(out, 3, COUNTER, 2);
      },
      [],
    ],
    ["a slice never ends", (out) => event(out, 1, BEGIN), ['Slice "thing" on track "lane" never ends']],
    [
      "a slice ends that never began",
      (out) => event(out, 1, END),
      ['A slice ends on track "lane" at 1 ns, and none has begun'],
    ],
    [
      "an arrow never arrives",
      (out) => event(out, 1, INSTANT, 1, () => out.fixed64(flow_ids, 7)),
      ['Arrow 7 leaves from "thing" on track "lane" and never arrives'],
    ],
    [
      "an arrow never left",
      (out) => event(out, 1, INSTANT, 1, () => out.fixed64(terminating_flow_ids, 7)),
      ['Arrow 7 arrives at "thing" on track "lane" and never left'],
    ],
    [
      "a track is not there",
      (out) => event(out, 1, INSTANT, 9),
      ["An event at 1 ns is on track 9, which is not there"],
    ],
    [
      "time goes back",
      (out) => {
        event(out, 5, INSTANT);
        event(out, 4, INSTANT);
      },
      ['Track "lane" goes back from 5 ns to 4 ns'],
    ],
    ["a lane counts", (out) => event(out, 1, COUNTER), ['Track "lane" is no counter and has an event of type 4']],
    [
      "a counter has a slice",
      (out) => event(out, 1, BEGIN, 2),
      ['Track "counter" is a counter and has an event of type 1'],
    ],
    [
      "a name was never told",
      (out) => event(out, 1, INSTANT, 1, () => out.uint(name_iid, 5)),
      ["Name 5 is used and was never told"],
    ],
    [
      "a track is there twice, below none",
      (out) =>
        packet(out, () => {
          const start = out.begin(fields.packet.track_descriptor);
          out.uint(fields.trackDescriptor.uuid, 1);
          out.uint(fields.trackDescriptor.parent_uuid, 8);
          out.string(fields.trackDescriptor.name, "again");
          out.end(start);
        }),
      ['Track "again" is below track 8, which is not there before it', 'Track 1 ("again") is there twice'],
    ],
  ])("%s", (_name, body, problems) => {
    expect(readPerfetto(file(body)).problems).toEqual(problems);
  });

  test("counts arrows with one end", () => {
    const bytes = file((out) => {
      event(out, 1, INSTANT, 1, () => out.fixed64(flow_ids, 7));
      event(out, 2, INSTANT, 1, () => out.fixed64(terminating_flow_ids, 8));
    });
    expect(readPerfetto(bytes).brokenFlows).toBe(2);
  });
});
