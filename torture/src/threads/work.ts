/** What the threads are given to do: loaded by them, by its name. */
import { transfer } from "signalbox/workers";
import type { Transferred } from "signalbox/workers";

/** Adds two numbers. */
export function add(a: number, b: number): number {
  return a + b;
}

/** Keeps its thread busy for so many ms. */
export function spin(ms: number): number {
  const end = performance.now() + ms;
  while (performance.now() < end);
  return ms;
}

/** Answers a value after so many ms in which its thread is idle. */
export async function later(value: string, ms: number): Promise<string> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  return value;
}

export function fails(message: string): never {
  throw new RangeError(message);
}

export async function failsLater(ms: number): Promise<never> {
  await later("", ms);
  throw new Error("It failed later");
}

/** Throws what is no error. */
export function throwsOdd(what: unknown): never {
  throw what;
}

/** Answers what can't be cloned. */
export function answersFunction(): () => void {
  return () => {};
}

/** Ends its thread. */
export function exits(code: number): never {
  process.exit(code);
}

/** Ends its thread by an error that nobody catches, which comes in the middle of a later call, or of none. */
export function failsUncaught(ms: number): void {
  setTimeout(() => {
    throw new Error("Nobody catches it");
  }, ms);
}

/** The sum of bytes that were transferred here. */
export function total(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum + byte, 0);
}

/** Bytes that are transferred back. */
export function fill(length: number, value: number): Transferred<Uint8Array> {
  const bytes = new Uint8Array(length).fill(value);
  return transfer(bytes, [bytes.buffer]);
}

/** Never ends, though its thread is idle. */
export function waitForEver(): Promise<never> {
  return new Promise(() => {});
}

/** Never ends. */
export function loop(): never {
  for (;;);
}
