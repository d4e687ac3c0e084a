/** The messages of a Perfetto file, as far as `writePerfetto` writes them: their fields, whatever they mean together. */
import * as fields from "./fields.ts";
import type { ProtoReader } from "./proto-reader.ts";

/** The names that were told so far, by the numbers that stand for them. */
export interface InternedNames {
  readonly categories: Map<number, string>;
  readonly names: Map<number, string>;
  readonly factNames: Map<number, string>;
}

/** Describes a track. */
export interface TrackMessage {
  readonly uuid: number;
  readonly name: string;
  readonly parentUuid: number | undefined;
  readonly rank: number;
  /** What a counter counts; undefined for what is none. */
  readonly unit: string | undefined;
  readonly merges: boolean;
}

/** Something that happens on a track: where a slice begins or ends, an instant, a value of a counter. */
export interface EventMessage {
  type: number;
  track: number;
  name: number;
  category: number;
  value: number;
  job: number;
  readonly facts: Record<string, string | number | boolean>;
  readonly leaving: number[];
  readonly arriving: number[];
}

/** Enters the names that a packet tells. */
export function readInterned(reader: ProtoReader, { categories, names, factNames }: InternedNames): void {
  const indexes: Readonly<Record<number, Map<number, string>>> = {
    [fields.internedData.event_categories]: categories,
    [fields.internedData.event_names]: names,
    [fields.internedData.debug_annotation_names]: factNames,
  };
  while (reader.next()) {
    const index = indexes[reader.field];
    if (index === undefined) {
      reader.skip();
      continue;
    }
    const entry = reader.message();
    let iid = 0;
    let name = "";
    while (entry.next()) {
      if (entry.field === fields.internedName.iid) iid = entry.uint();
      else if (entry.field === fields.internedName.name) name = entry.string();
      else entry.skip();
    }
    index.set(iid, name);
  }
}

/** What a packet says of a track. */
export function readTrack(reader: ProtoReader): TrackMessage {
  const { trackDescriptor: field } = fields;
  let uuid = 0;
  let name = "";
  let parentUuid: number | undefined;
  let rank = 0;
  let unit: string | undefined;
  let merges = true;
  while (reader.next()) {
    if (reader.field === field.uuid) uuid = reader.uint();
    else if (reader.field === field.name) name = reader.string();
    else if (reader.field === field.parent_uuid) parentUuid = reader.uint();
    else if (reader.field === field.sibling_order_rank) rank = reader.uint();
    else if (reader.field === field.sibling_merge_behavior)
      merges = reader.uint() !== fields.SIBLING_MERGE_BEHAVIOR_NONE;
    else if (reader.field === field.counter) unit = unitOf(reader.message());
    else reader.skip();
  }
  return { uuid, name, parentUuid, rank, unit, merges };
}

/** What a packet says happened; `factName` looks up the name of a fact. */
export function readEvent(reader: ProtoReader, factName: (iid: number) => string): EventMessage {
  const { trackEvent: field } = fields;
  const event: EventMessage = {
    type: 0,
    track: 0,
    name: 0,
    category: 0,
    value: 0,
    job: 0,
    facts: {},
    leaving: [],
    arriving: [],
  };
  while (reader.next()) {
    if (reader.field === field.type) event.type = reader.uint();
    else if (reader.field === field.track_uuid) event.track = reader.uint();
    else if (reader.field === field.name_iid) event.name = reader.uint();
    else if (reader.field === field.category_iids) event.category = reader.uint();
    else if (reader.field === field.counter_value) event.value = reader.int();
    else if (reader.field === field.correlation_id) event.job = reader.uint();
    else if (reader.field === field.flow_ids) event.leaving.push(reader.fixed64());
    else if (reader.field === field.terminating_flow_ids) event.arriving.push(reader.fixed64());
    else if (reader.field === field.debug_annotations) readFact(reader.message(), event, factName);
    else reader.skip();
  }
  return event;
}

function readFact(reader: ProtoReader, event: EventMessage, factName: (iid: number) => string): void {
  const { debugAnnotation: field } = fields;
  let name = "";
  let value: string | number | boolean = "";
  while (reader.next()) {
    if (reader.field === field.name_iid) name = factName(reader.uint());
    else if (reader.field === field.string_value) value = reader.string();
    else if (reader.field === field.uint_value) value = reader.uint();
    else if (reader.field === field.bool_value) value = reader.uint() !== 0;
    else if (reader.field === field.double_value) value = reader.double();
    else reader.skip();
  }
  event.facts[name] = value;
}

function unitOf(counter: ProtoReader): string {
  let unit = "";
  while (counter.next()) {
    if (counter.field === fields.counterDescriptor.unit_name) unit = counter.string();
    else counter.skip();
  }
  return unit;
}
