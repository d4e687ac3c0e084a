/** Counts of one queue since it was opened. Invariant: pushed >= done + failed + cancelled, equal when it is drained. */

export class QueueStats {
  pushed = 0;
  done = 0;
  failed = 0;
  cancelled = 0;
}
