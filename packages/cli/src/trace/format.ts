/** Numbers as people read them. */

/** A time in ns: three digits and a unit. */
export function duration(ns: number): string {
  const units: readonly (readonly [number, string])[] = [
    [1e9, "s"],
    [1e6, "ms"],
    [1e3, "µs"],
  ];
  for (const [size, unit] of units) if (ns >= size * 0.9995) return `${significant(ns / size)} ${unit}`;
  return `${Math.round(ns)} ns`;
}

/** Three digits that count, no exponent: 1.23, 12.3, 123, 1234. */
function significant(value: number): string {
  return value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

/** A count with its noun, in the plural where it is not one. */
export function count(number: number, noun: string, plural: string = `${noun}s`): string {
  return `${grouped(number)} ${number === 1 ? noun : plural}`;
}

/** A number with its digits in threes. */
export function grouped(number: number): string {
  return Number.isInteger(number) ? number.toLocaleString("en-US").replaceAll(",", " ") : String(number);
}

/** Of sorted numbers the one at this share (0 to 1), by nearest rank; 0 of none. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
