/** Puts the listeners of several helpers together: where two listen to the same thing, both are called, in order. */
import type { TSESLint } from "@typescript-eslint/utils";

type Handler = (...nodes: never[]) => void;

export function listenTogether(...listeners: readonly TSESLint.RuleListener[]): TSESLint.RuleListener {
  const together = new Map<string, Handler[]>();
  for (const [selector, handler] of listeners.flatMap((listener) => Object.entries(listener))) {
    if (handler === undefined) continue;
    const handlers = together.get(selector);
    if (handlers === undefined) together.set(selector, [handler]);
    else handlers.push(handler);
  }
  return Object.fromEntries(
    Array.from(together, ([selector, handlers]): [string, Handler] => [
      selector,
      (...nodes) => {
        for (const handler of handlers) handler(...nodes);
      },
    ]),
  );
}
