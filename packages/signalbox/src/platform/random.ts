/**
 * A seeded source of random numbers, so that a simulated run is its seed.
 *
 * A 32-bit multiply-and-xorshift mixer over a Weyl sequence: small, fast, and even enough for schedules and latencies.
 * Not for secrets.
 */

/**
 * Numbers in [0, 1) that depend on the seed alone.
 *
 * @example `const random = seededRandom(42); random(); random();`
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 0x1_0000_0000;
  };
}
