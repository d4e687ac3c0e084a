/** A random program as it runs, from its first step to its end; the witness watches all of it. */
import { expect } from "vitest";
import { errno } from "../../../src/errors.ts";
import { deliver } from "../../../src/fence/delivery.ts";
import type { DriverFence } from "../../../src/fence/driver-fence.ts";
import type { Fence } from "../../../src/fence/fence.ts";
import { Registration } from "../../../src/fence/registration.ts";
import { Timeline } from "../../../src/fence/timeline.ts";
import { SimPlatform } from "../../../src/platform/simulated.ts";
import type { RunOutcome } from "../../../src/driver.ts";
import type { JobQueue } from "../../../src/queue/job-queue.ts";
import type { QueueOptions } from "../../../src/queue/queue-options.ts";
import { Ring } from "../../../src/queue/ring.ts";
import { submission, submit } from "../../../src/queue/submission.ts";
import type { AnyJob, ManualJob } from "../../support/manual-driver.ts";
import { reported } from "../../support/reports.ts";
import { thrownBy } from "../../support/notes.ts";
import { Witness } from "../../support/witness.ts";
import type { Witnessed } from "../../support/witness.ts";
import type { JobSpec, Program, Step } from "./program.ts";
import { signalOldest, signalThrough } from "./outside.ts";

/** One run of one program. */
export class World {
  readonly witness = new Witness();
  readonly #platform = new SimPlatform({ auto: false });
  readonly #rings: Ring<ManualJob>[];
  readonly #queues: JobQueue<ManualJob>[];
  readonly #gateTimelines = ["gate a", "gate b", "gate c"].map(
    (name) => new Timeline(name, { platform: this.#platform }),
  );
  /** Up to which seqno the devices behind the gates' timelines are past, without having said so. */
  readonly #past = [0, 0, 0];
  readonly #hardwareTimelines = ["hw a", "hw b"].map((name) => new Timeline(name, { platform: this.#platform }));
  readonly #gates: DriverFence[] = [];
  readonly #hardware: DriverFence[] = [];
  readonly #fences: Fence[] = [];
  readonly #held: AnyJob[] = [];
  readonly #outcomes = new Map<AnyJob, JobSpec["outcome"]>();

  constructor({ rings, queues }: Program) {
    this.#rings = rings.map(({ overlaps, ...options }, index) => {
      const driver = this.witness.driver(overlaps, (seen) => this.#onRun(seen));
      const asked = { ...driver, dependencyFailed: (job: AnyJob) => (job.seqno % 2 === 0 ? "run" : "cancel") } as const;
      const ring = new Ring<ManualJob>(asked, { ...options, name: `ring ${index}`, platform: this.#platform });
      this.witness.watchRing(ring);
      return ring;
    });
    this.#queues = queues.map(({ ring, ...options }, index) =>
      this.#rings[ring % this.#rings.length]!.queue(`queue ${index}`, options as QueueOptions),
    );
  }

  run(steps: readonly Step[]): void {
    for (const each of steps) {
      this.#perform(each);
      this.witness.check();
    }
    this.#end();
  }

  #perform(one: Step): void {
    switch (one.kind) {
      case "submit":
        this.#submit(one.jobs, one.byHand);
        return;
      case "fail to submit":
        this.#failToSubmit(one.jobs);
        return;
      case "complete": {
        const complete = (): void => {
          for (const which of one.which) this.#complete(which, one.fails);
        };
        if (one.together) deliver(complete);
        else complete();
        return;
      }
      case "complete through":
        this.#completeThrough(this.#queues[one.queue % this.#queues.length]!, one.seqno);
        return;
      case "new gate":
        this.#gates.push(this.#gateTimelines[one.which % 3]!.fence());
        this.#fences.push(this.#gates.at(-1)!.fence);
        return;
      case "new polled gate":
        this.#newPolledGate(one.which, one.signals, one.atOnce);
        return;
      case "advance":
        this.#past[one.which % 3]!++;
        return;
      case "ask":
        // The question may be the signal (F16).
        if (this.#fences.length > 0)
          expect(this.#fences[one.fence % this.#fences.length]!.signalled).toBeTypeOf("boolean");
        return;
      case "gate":
        signalOldest(this.#gates, one.which, one.fails);
        return;
      case "hardware":
        signalOldest(this.#hardware, one.which, one.fails);
        return;
      case "register":
        this.#register(one.fence, one.cancels, one.signals);
        return;
      case "cancel": {
        const { registered } = this.witness;
        if (registered.length > 0) this.witness.cancel(registered[one.which % registered.length]!);
        return;
      }
      case "deadline":
        if (this.#fences.length > 0) this.#fences[one.fence % this.#fences.length]!.setDeadline(one.time);
        return;
      case "kill":
        if (one.really) this.#queues[one.queue % this.#queues.length]!.kill("killed");
        return;
      case "destroy":
        if (one.really) void this.#queues[one.queue % this.#queues.length]!.destroy();
        return;
      case "lose":
        if (one.really) this.#lose(this.#rings[one.ring % this.#rings.length]!);
        return;
      case "stop":
        if (one.really) this.#rings[one.ring % this.#rings.length]!.stop();
        return;
      case "kill ring":
        if (one.really) this.#rings[one.ring % this.#rings.length]!.kill("all of it");
        return;
      case "step":
        for (let count = 0; count < one.count; count++) this.#platform.step();
        return;
      case "run":
        this.#platform.run(this.#platform.now() + one.ms);
        return;
    }
  }

  #make(spec: JobSpec, mates: readonly AnyJob[]): AnyJob | undefined {
    const queue = this.#queues[spec.queue % this.#queues.length]!;
    if (queue.state !== "usable") return undefined;
    const known = [...this.#fences, ...mates];
    const after = known.length === 0 ? [] : spec.after.map((index) => known[index % known.length]!);
    const job = queue.job({ cost: Math.min(spec.cost, queue.credits), after });
    this.witness.made(job, after);
    this.#outcomes.set(job, spec.outcome);
    for (const time of spec.deadlines) job.setDeadline(time);
    return job;
  }

  #submit(specs: readonly JobSpec[], byHand: boolean): void {
    const batch: AnyJob[] = [];
    for (const spec of specs) {
      const job = this.#make(spec, batch);
      if (job !== undefined) batch.push(job);
    }
    if (byHand) {
      submission((section) => {
        const armed = batch.map((job) => section.arm(job));
        for (const job of armed) section.push(job);
      });
    } else {
      submit(...batch);
    }
    this.#fences.push(...batch);
  }

  /** A batch whose last job depends on one that nobody submits: nothing of it may happen, and it can be submitted without that job. */
  #failToSubmit(specs: readonly JobSpec[]): void {
    const batch: AnyJob[] = [];
    for (const spec of specs) {
      const job = this.#make(spec, batch);
      if (job !== undefined) batch.push(job);
    }
    const queue = batch.at(-1)?.queue;
    if (queue === undefined) return;
    const stranger = queue.job({});
    this.witness.made(stranger, []);
    const bad = queue.job({ after: stranger });
    this.witness.made(bad, [stranger]);
    expect(thrownBy(() => submit(...batch, bad))).toMatchObject({ code: "EINVAL" });
    expect(batch.every((job) => job.state === "fresh" && job.seqno === 0)).toBe(true);
    submit(...batch);
    this.#fences.push(...batch);
  }

  #complete(which: number, fails: boolean): void {
    if (this.#held.length === 0) return;
    const [job] = this.#held.splice(which % this.#held.length, 1) as [AnyJob];
    const seen = this.witness.jobs.get(job)!;
    const lost = this.witness.lostRings.has(seen.queue.ring);
    // The device is done with it before it says so.
    seen.onDevice = false;
    const answer = seen.queue.complete(job, fails ? errno.EIO : 0, fails ? "on the device" : undefined);
    expect(answer).toBe(!lost);
  }

  #completeThrough(queue: JobQueue<ManualJob>, seqno: number): void {
    if (this.witness.lostRings.has(queue.ring)) return;
    // A device that completes seqnos gives no fences of its own for them.
    const through = [...this.witness.jobs.values()].filter(
      (seen) => seen.queue === queue && seen.onDevice && seen.job.seqno <= seqno,
    );
    if (through.some((seen) => seen.hardware !== undefined)) return;
    for (const seen of through) {
      seen.onDevice = false;
      this.#held.splice(this.#held.indexOf(seen.job), 1);
    }
    expect(queue.completeThrough(seqno)).toBe(through.length);
  }

  #register(at: number, cancels: number | null, signals: number | null): void {
    if (this.#fences.length === 0) return;
    const fence = this.#fences[at % this.#fences.length]!;
    this.witness.register(fence, () => {
      const { registered } = this.witness;
      if (cancels !== null && registered.length > 0) this.witness.cancel(registered[cancels % registered.length]!);
    });
    if (signals === null) return;
    // A gate that signals when this fence does.
    const gate = this.#gateTimelines[signals % 3]!.fence();
    this.#gates.push(gate);
    this.#fences.push(gate.fence);
    fence.register(Registration.signal(gate));
  }

  /** A gate whose issuer has to be asked; told of a wait, it may signal another gate, or find that this one has signalled. */
  #newPolledGate(which: number, signals: boolean, atOnce: boolean): void {
    const gate = this.#gateTimelines[which % 3]!.fence({
      poll: ({ seqno }) => seqno <= this.#past[which % 3]!,
      enableSignalling: () => {
        if (signals) signalOldest(this.#gates, which, false);
        return !atOnce;
      },
    });
    this.#gates.push(gate);
    this.#fences.push(gate.fence);
  }

  #lose(ring: Ring<ManualJob>): void {
    this.witness.lostRings.add(ring);
    for (const seen of this.witness.jobs.values()) if (seen.queue.ring === ring) seen.onDevice = false;
    ring.lose(errno.ENODEV, "unplugged");
  }

  #onRun(seen: Witnessed): RunOutcome {
    const { job, queue } = seen;
    const hold = (): RunOutcome => {
      if (seen.onDevice) this.#held.push(job);
      return "pending";
    };
    const outcome = this.#outcomes.get(job)!;
    switch (outcome) {
      case "pending":
        return hold();
      case "done":
        seen.onDevice = false;
        return "done";
      case "hardware":
      case "hardware signalled": {
        const hardware = this.#hardwareTimelines[job.seqno % 2]!.fence();
        seen.hardware = hardware.fence;
        this.#hardware.push(hardware);
        if (outcome === "hardware signalled") signalThrough(this.#hardware, hardware);
        return hardware.fence;
      }
      case "throw":
        seen.onDevice = false;
        throw new Error("on purpose");
      case "nonsense":
        seen.onDevice = false;
        return undefined as unknown as RunOutcome;
      case "complete itself":
        seen.onDevice = false;
        expect(queue.complete(job)).toBe(true);
        return "pending";
      case "complete another":
        this.#complete(job.seqno, false);
        return hold();
      case "submit":
        expect(thrownBy(() => submit())).toMatchObject({ code: "EDEADLK" });
        // Told once, since it is one place.
        reported().forEach((rule) => expect(rule).toBe("section-submit"));
        return hold();
      case "kill":
        if (job.seqno % 5 === 0) queue.kill("from inside");
        return hold();
      case "lose":
        if (job.seqno % 7 === 0) this.#lose(queue.ring);
        return hold();
      case "cancel a registration": {
        const { registered } = this.witness;
        if (registered.length > 0) this.witness.cancel(registered[job.seqno % registered.length]!);
        return hold();
      }
    }
  }

  /** The last outside events: everything that is waited for signals, everything that runs completes. Then all must have ended. */
  #end(): void {
    for (let round = 0; round < 1000; round++) {
      this.#platform.run(this.#platform.now());
      if (this.#held.length > 0) this.#complete(round, false);
      else if (!signalOldest(this.#gates, round, false) && !signalOldest(this.#hardware, round, false)) break;
      this.witness.check();
    }
    this.#platform.run();
    this.witness.checkEnd(this.#queues);
  }
}
