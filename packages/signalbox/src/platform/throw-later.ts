/** Errors that nobody is there to catch: of a driver, an issuer or a port that broke its contract inside a section. */
import type { Platform } from "./platform.ts";

/**
 * Hands an error to the agent, as an uncaught one in a microtask of its own: whoever broke a contract is heard of, and what
 * called it goes on.
 */
export function throwLater(platform: Platform, error: unknown): void {
  platform.microtask(() => {
    throw error;
  });
}
