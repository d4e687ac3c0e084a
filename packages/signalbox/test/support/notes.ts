/** Notes of what happens to fences, in the order in which it happens. */
import type { Fence } from "../../src/fence/fence.ts";
import { Registration } from "../../src/fence/registration.ts";
import { hooks } from "../../src/hooks.ts";
import type { Tracer } from "../../src/hooks.ts";

/** A registration that writes a word into the list when it runs. */
export function noting(list: string[], word: string): Registration {
  return Registration.post({ postMessage: () => void list.push(word) });
}

/** Registers, for each fence, a note of `timeline:seqno` and its error if it has one; the list fills as they run. */
export function noteAll(fences: readonly Fence[], list: string[] = []): string[] {
  for (const fence of fences) {
    fence.register(
      Registration.post({
        postMessage: ({ error }) => void list.push(nameOf(fence) + (error === 0 ? "" : ` ${error}`)),
      }),
    );
  }
  return list;
}

/** Calls back with a tracer in place, of which only the given methods do anything; answers what the body answers. */
export function traced<T>(methods: Partial<Tracer>, body: () => T): T {
  const before = hooks.tracer;
  hooks.tracer = new Proxy(methods as Tracer, {
    get: (target, name) => Reflect.get(target, name) ?? (() => {}),
  });
  try {
    return body();
  } finally {
    hooks.tracer = before;
  }
}

export function nameOf(fence: Fence): string {
  return `${fence.timelineName}:${fence.seqno}`;
}

/** Calls what must throw, and answers the error. */
export function thrownBy(body: () => unknown): Error & { readonly code?: string } {
  try {
    body();
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error(`What was thrown is no Error: ${String(error)}`, { cause: error });
  }
  throw new Error("Nothing was thrown");
}
