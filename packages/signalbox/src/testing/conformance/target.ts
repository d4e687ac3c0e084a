/** What the conformance suite asks for, and what it gives: a device to look at, and checks to run. */
import type { Device } from "../../device.ts";
import type { JobSpec } from "../../driver.ts";

/** What the suite has to know of a device. */
export interface ConformanceTarget<Spec extends JobSpec = JobSpec> {
  /** What to call it. */
  readonly name: string;
  /** Opens a fresh device; the suite closes it. */
  open(): Promise<Device<Spec>>;
  /** A job that succeeds soon, built on what the suite asks for. */
  works(device: Device<Spec>, base: JobSpec): Spec;
  /** A job that fails on the device, with an error of the device's own. */
  fails(device: Device<Spec>, base: JobSpec): Spec;
  /** A job that succeeds after keeping the device busy for tens of ms. */
  slow(device: Device<Spec>, base: JobSpec): Spec;
  /** A job that hangs and never ends by itself, if the device takes timeouts. */
  hangs?(device: Device<Spec>, base: JobSpec): Spec;
  /** A spec that the device can't run and refuses when the job is made, if there is such a thing. */
  readonly invalid?: Spec;
}

/** One check: run it as one test. */
export interface ConformanceCheck {
  readonly name: string;
  run(): Promise<void>;
}
