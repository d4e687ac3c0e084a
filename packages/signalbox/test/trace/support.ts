/** What the tests of the trace share: a simulated device that steps by hand, and traces that are stopped whatever happens. */
import { afterEach } from "vitest";
import { openSim } from "../../src/devices/sim/index.ts";
import type { SimDevice, SimOptions } from "../../src/devices/sim/index.ts";
import { hooks } from "../../src/hooks.ts";
import { SimPlatform } from "../../src/platform/simulated.ts";
import { startTrace } from "../../src/trace/index.ts";
import type { Trace, TraceEvent, TraceOptions } from "../../src/trace/index.ts";

/** A device in virtual time that moves only when `platform.run()` is called. */
export function manualSim(options: Omit<SimOptions, "platform"> = {}): SimDevice {
  return openSim({ ...options, platform: new SimPlatform({ seed: options.seed ?? 1, auto: false }) });
}

/** Starts a trace that ends with the test. */
export function traced(options?: TraceOptions): Trace {
  const trace = startTrace(options);
  running.push(trace);
  return trace;
}

const running: Trace[] = [];

afterEach(() => {
  for (const trace of running.splice(0)) trace.stop();
  hooks.tracer = null;
});

/** An event in one short line: its type, and of whom it tells. */
export function brief(event: TraceEvent): string {
  switch (event.type) {
    case "ringOpened":
    case "ringHalted":
    case "ringResumed":
      return `${event.type} ${event.ring.name}`;
    case "queueOpened":
    case "queueClosed":
      return `${event.type} ${event.queue.name}`;
    case "jobMade":
      return `${event.type} ${event.queue.name} ${event.label ?? "-"}`;
    case "fenceCreated":
    case "fenceSignalled":
    case "promised":
    case "waitStarted":
    case "waitEnded":
      return `${event.type} ${event.fence.timeline}:${event.fence.seqno}`;
    default:
      return `${event.type} ${event.job.timeline}:${event.job.seqno}`;
  }
}

/** The events of one type. */
export function ofType<Type extends TraceEvent["type"]>(
  trace: Trace,
  type: Type,
): Extract<TraceEvent, { type: Type }>[] {
  return trace.events().filter((event): event is Extract<TraceEvent, { type: Type }> => event.type === type);
}
