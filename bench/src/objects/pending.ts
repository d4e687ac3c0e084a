/**
 * What is to be waited for: fences on timelines of their own, or promises with what settles them.
 */
import { Timeline } from "signalbox";

/** Promises that nobody has settled yet. */
export interface Pending {
  readonly promises: readonly Promise<void>[];
  /** Settles the promise with the same index. */
  readonly resolvers: readonly (() => void)[];
}

/** So many promises, as a program without fences has one for each thing that it waits for. */
export function pending(count: number): Pending {
  const resolvers: (() => void)[] = [];
  const promises: Promise<void>[] = [];
  for (let k = 0; k < count; k++) {
    promises.push(
      new Promise((resolve) => {
        resolvers.push(resolve);
      }),
    );
  }
  return { promises, resolvers };
}

/** So many timelines: a device with so many lanes. */
export function timelines(count: number): readonly Timeline[] {
  return Array.from({ length: count }, (_, lane) => new Timeline(`lane ${lane}`));
}
