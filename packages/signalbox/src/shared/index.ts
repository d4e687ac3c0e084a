/**
 * Fences and sync objects across threads: the subpath `signalbox/shared`, the same for Node and browsers. See
 * docs/threads.md.
 */
export { waitBlocking } from "./blocking.ts";
export type { BlockingOptions } from "./blocking.ts";
export { DriverSyncObject, openDriverSyncObject } from "./driver-sync-object.ts";
export { DriverTimeline, openDriverFence, openDriverTimeline } from "./driver-timeline.ts";
export type { DriverTimelineOptions } from "./driver-timeline.ts";
export type {
  DriverFenceHandle,
  DriverSyncObjectHandle,
  DriverTimelineHandle,
  FenceHandle,
  HandleKind,
  SharedHandle,
  SharedLife,
  SyncObjectHandle,
  TimelineHandle,
} from "./handle.ts";
export type { LogOrder } from "./signal-log.ts";
export { openFence, shareFence } from "./share-fence.ts";
export { openSyncObject } from "./shared-sync-object.ts";
export { SharedTimeline, openTimeline } from "./shared-timeline.ts";
export { ThreadLink, linkThread } from "./thread-link.ts";
export type { LinkOptions, LinkState, OweOptions, OwedFence, OwedSyncObject, OwedTimeline } from "./thread-link.ts";
export type { HandedOn } from "../hooks.ts";
export type { ForeignThread } from "../platform/thread-ends.ts";
