/**
 * Writes a trace as Perfetto's protobuf, for ui.perfetto.dev, trace_processor and `signalbox trace`.
 *
 * One packet sequence: the tracks first, then the events in the order of time. Names are interned: each is written once, in
 * the packet that first uses it, and referred to by number. Timestamps are the platform's time in whole nanoseconds, on
 * Perfetto's default clock; its zero means nothing (in Node and browsers: when the process or page began).
 */
import { layOut } from "../layout/layout.ts";
import type { Facts, Mark, MarkType, Track } from "../layout/scene.ts";
import type { Trace } from "../trace.ts";
import * as fields from "./fields.ts";
import { ProtoWriter } from "./proto-writer.ts";

/** The one sequence of packets that a file has. */
const SEQUENCE = 1;

/** How many lanes of one name a file has at the most, if the caller doesn't say. */
const LANES = 100;

/** How to write a trace. */
export interface PerfettoOptions {
  /**
   * How many slices may overlap on one track (jobs that wait or run at once, fences that are outstanding); 100 if left out.
   * Those beyond are not drawn, and an instant at the end of the track says how many.
   */
  readonly lanes?: number;
}

/**
 * The bytes of a Perfetto trace file. May be called while the trace runs, for what it holds so far.
 * Throws RangeError unless `lanes` is a whole number from 1.
 *
 * @example `await writeFile("work.pftrace", writePerfetto(trace));`
 */
export function writePerfetto(trace: Trace, options: PerfettoOptions = {}): Uint8Array<ArrayBuffer> {
  const { lanes = LANES } = options;
  if (!Number.isSafeInteger(lanes) || lanes < 1)
    throw new RangeError(`A trace is drawn on a whole number of lanes from 1 (got ${lanes})`);
  const scene = layOut(trace, lanes);
  const file = new PerfettoFile();
  for (const track of scene.tracks) file.track(track);
  for (const mark of scene.sorted()) file.mark(mark);
  return file.bytes();
}

const types: Readonly<Record<MarkType, number>> = {
  begin: fields.TYPE_SLICE_BEGIN,
  end: fields.TYPE_SLICE_END,
  instant: fields.TYPE_INSTANT,
  counter: fields.TYPE_COUNTER,
};

class PerfettoFile {
  readonly #out = new ProtoWriter();
  readonly #names = new Interned(fields.internedData.event_names);
  readonly #categories = new Interned(fields.internedData.event_categories);
  readonly #facts = new Interned(fields.internedData.debug_annotation_names);
  #first = true;

  track(track: Track): void {
    const out = this.#out;
    const packet = this.#beginPacket();
    if (this.#first) {
      out.uint(fields.packet.sequence_flags, fields.SEQ_INCREMENTAL_STATE_CLEARED);
      out.uint(fields.packet.first_packet_on_sequence, 1);
      out.uint(fields.packet.previous_packet_dropped, 1);
      this.#first = false;
    }
    const { trackDescriptor: field } = fields;
    const start = out.begin(fields.packet.track_descriptor);
    out.uint(field.uuid, track.id);
    out.string(field.name, track.name);
    if (track.parent !== null) out.uint(field.parent_uuid, track.parent.id);
    if (track.kind === "counter") {
      const counter = out.begin(field.counter);
      out.string(fields.counterDescriptor.unit_name, track.unit);
      out.end(counter);
    }
    if (track.kind === "group") out.uint(field.child_ordering, fields.CHILD_ORDERING_EXPLICIT);
    out.uint(field.sibling_order_rank, track.rank);
    // Lanes are shown as one; rings and queues of one name are not the same ring or queue.
    out.uint(
      field.sibling_merge_behavior,
      track.kind === "lane" ? fields.SIBLING_MERGE_BEHAVIOR_BY_TRACK_NAME : fields.SIBLING_MERGE_BEHAVIOR_NONE,
    );
    out.end(start);
    out.end(packet);
  }

  mark(mark: Mark): void {
    const out = this.#out;
    const { trackEvent: field } = fields;
    const packet = this.#beginPacket();
    out.uint(fields.packet.timestamp, mark.time);
    out.uint(fields.packet.sequence_flags, fields.SEQ_NEEDS_INCREMENTAL_STATE);
    const { what } = mark;
    const facts = what.facts?.() ?? [];
    this.#intern(mark, facts);
    const event = out.begin(fields.packet.track_event);
    out.uint(field.type, types[mark.type]);
    out.uint(field.track_uuid, mark.track.id);
    if (mark.type === "counter") out.int(field.counter_value, mark.value);
    if (mark.type === "begin" || mark.type === "instant") {
      out.uint(field.category_iids, this.#categories.number(what.category));
      out.uint(field.name_iid, this.#names.number(what.name));
    }
    for (const [name, value] of facts) this.#annotation(this.#facts.number(name), value);
    for (const arrow of mark.leaving ?? []) out.fixed64(field.flow_ids, arrow);
    for (const arrow of mark.arriving ?? []) out.fixed64(field.terminating_flow_ids, arrow);
    // Lets a viewer show all of one job together.
    if (what.job !== undefined) out.uint(field.correlation_id, what.job);
    out.end(event);
    out.end(packet);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#out.bytes();
  }

  #beginPacket(): number {
    const packet = this.#out.begin(fields.trace.packet);
    this.#out.uint(fields.packet.trusted_packet_sequence_id, SEQUENCE);
    return packet;
  }

  #intern(mark: Mark, facts: Facts): void {
    if (mark.type === "end" || mark.type === "counter") return;
    this.#names.ask(mark.what.name);
    this.#categories.ask(mark.what.category);
    for (const [name] of facts) this.#facts.ask(name);
    const all = [this.#categories, this.#names, this.#facts];
    if (all.every((interned) => interned.asked.length === 0)) return;
    const start = this.#out.begin(fields.packet.interned_data);
    for (const interned of all) interned.write(this.#out);
    this.#out.end(start);
  }

  #annotation(name: number, value: string | number | boolean): void {
    const out = this.#out;
    const { debugAnnotation: field } = fields;
    const start = out.begin(fields.trackEvent.debug_annotations);
    out.uint(field.name_iid, name);
    if (typeof value === "string") out.string(field.string_value, value);
    else if (typeof value === "boolean") out.uint(field.bool_value, value ? 1 : 0);
    else if (Number.isSafeInteger(value) && value >= 0) out.uint(field.uint_value, value);
    else out.double(field.double_value, value);
    out.end(start);
  }
}

/** One index of interned names: numbers from 1, in the order in which they were asked for. */
class Interned {
  /** Names that have a number and were not written yet. */
  readonly asked: string[] = [];
  readonly #field: number;
  readonly #numbers = new Map<string, number>();

  constructor(field: number) {
    this.#field = field;
  }

  /** Gives a name its number, if it has none. */
  ask(name: string): void {
    if (this.#numbers.has(name)) return;
    this.#numbers.set(name, this.#numbers.size + 1);
    this.asked.push(name);
  }

  /** The number of a name that was asked for. */
  number(name: string): number {
    return this.#numbers.get(name)!;
  }

  write(out: ProtoWriter): void {
    for (const name of this.asked) {
      const start = out.begin(this.#field);
      out.uint(fields.internedName.iid, this.number(name));
      out.string(fields.internedName.name, name);
      out.end(start);
    }
    this.asked.length = 0;
  }
}
