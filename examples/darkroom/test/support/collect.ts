/** Collects garbage on demand. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");

/** Collects garbage, now. */
export const collect = runInNewContext("gc") as () => void;

/** Whether nothing keeps the object any more. A WeakRef keeps its object until the running task is over: hence the turns. */
export async function isCollected(ref: WeakRef<object>): Promise<boolean> {
  for (let turn = 0; turn < 10 && ref.deref() !== undefined; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  return ref.deref() === undefined;
}
