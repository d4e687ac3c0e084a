/** A thread's job which waits in a section. */
import { Timeline, signallingSection } from "signalbox";

export async function careless() {
  const { fence } = new Timeline("download").fence();
  let waiting;
  signallingSection(() => void (waiting = fence.wait({ timeout: 1 }).catch(() => "done")));
  return waiting;
}
