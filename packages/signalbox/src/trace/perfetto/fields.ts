/**
 * The numbers of Perfetto's messages that we write and read: fields and enum values, under their names in Perfetto's schema.
 *
 * Only what is used is here. A number that is wrong fails silently (a viewer skips what it doesn't know), so
 * test/trace/perfetto-subset.proto says the same once more, and the tests decode what we write with it.
 */

/** message Trace */
export const trace = { packet: 1 } as const;

/** message TracePacket */
export const packet = {
  timestamp: 8,
  trusted_packet_sequence_id: 10,
  track_event: 11,
  interned_data: 12,
  sequence_flags: 13,
  previous_packet_dropped: 42,
  compressed_packets: 50,
  track_descriptor: 60,
  first_packet_on_sequence: 87,
} as const;

/** enum TracePacket.SequenceFlags */
export const SEQ_INCREMENTAL_STATE_CLEARED = 1;
export const SEQ_NEEDS_INCREMENTAL_STATE = 2;

/** message TrackDescriptor */
export const trackDescriptor = {
  uuid: 1,
  name: 2,
  parent_uuid: 5,
  counter: 8,
  child_ordering: 11,
  sibling_order_rank: 12,
  sibling_merge_behavior: 15,
} as const;

/** enum TrackDescriptor.ChildTracksOrdering */
export const CHILD_ORDERING_EXPLICIT = 3;

/** enum TrackDescriptor.SiblingMergeBehavior */
export const SIBLING_MERGE_BEHAVIOR_BY_TRACK_NAME = 1;
export const SIBLING_MERGE_BEHAVIOR_NONE = 2;

/** message CounterDescriptor */
export const counterDescriptor = { unit_name: 6 } as const;

/** message TrackEvent */
export const trackEvent = {
  category_iids: 3,
  debug_annotations: 4,
  type: 9,
  name_iid: 10,
  track_uuid: 11,
  counter_value: 30,
  flow_ids: 47,
  terminating_flow_ids: 48,
  correlation_id: 52,
} as const;

/** enum TrackEvent.Type */
export const TYPE_SLICE_BEGIN = 1;
export const TYPE_SLICE_END = 2;
export const TYPE_INSTANT = 3;
export const TYPE_COUNTER = 4;

/** message InternedData */
export const internedData = { event_categories: 1, event_names: 2, debug_annotation_names: 3 } as const;

/** messages EventCategory, EventName and DebugAnnotationName, which are alike */
export const internedName = { iid: 1, name: 2 } as const;

/** message DebugAnnotation */
export const debugAnnotation = {
  name_iid: 1,
  bool_value: 2,
  uint_value: 3,
  double_value: 5,
  string_value: 6,
} as const;
