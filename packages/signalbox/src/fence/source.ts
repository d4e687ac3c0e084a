/**
 * Fence sources: whatever stands for fences where a job or a wait asks for them, such as a point of a sync object, a sync
 * file, or a reservation at a usage. The fences are looked up when they are needed, not when the source is named.
 */
import type { Fence } from "./fence.ts";

/** What a job may be put after in the place of a fence. Made by sync objects, sync files and reservations. */
export interface FenceSource {
  /** @internal The fences that it stands for now, containers as they are. Throws EINVAL when there is none and there must be. */
  _fences(): readonly Fence[];
}
