/**
 * The journal: the schedule that is being run, in a file before it is run, so that one which never comes back is not lost.
 *
 * States: open (holds what runs now) -> closed (and gone, since nothing was lost).
 */
import { closeSync, ftruncateSync, openSync, rmSync, writeSync } from "node:fs";
import { writeSchedule } from "signalbox/sim";
import type { Schedule } from "signalbox/sim";
import { cantWrite } from "../files.ts";

export class Journal {
  readonly file: string;
  readonly #handle: number;

  /** Throws InputError where the file can't be written. */
  constructor(file: string) {
    this.file = file;
    try {
      this.#handle = openSync(file, "w");
    } catch (error) {
      throw cantWrite(file, error);
    }
  }

  write(schedule: Schedule): void {
    ftruncateSync(this.#handle, writeSync(this.#handle, writeSchedule(schedule), 0));
  }

  close(): void {
    closeSync(this.#handle);
    rmSync(this.file, { force: true });
  }
}
