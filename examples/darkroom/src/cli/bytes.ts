/**
 * Byte sizes as people write them: "64MiB", "1.5 GiB", "500kB", "4096".
 *
 * Invariants
 *  B1  A size is a whole number of bytes, at least 1 and at most Number.MAX_SAFE_INTEGER.
 *  B2  KiB, MiB and GiB are powers of 1024; kB, MB and GB powers of 1000; "64M" is refused, since it might mean either.
 */

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/** The bytes a text names; undefined if it names none. */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const unit = UNITS[match?.[2]?.toLowerCase() ?? "?"];
  if (match === null || unit === undefined) return undefined;
  const bytes = Number(match[1]) * unit;
  return Number.isSafeInteger(bytes) && bytes >= 1 ? bytes : undefined;
}

/** A size in the largest binary unit that leaves at least 1: "64 MiB", "1.5 MiB", "12 B". */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = "B";
  for (const larger of ["KiB", "MiB", "GiB"]) {
    if (value < 1024) break;
    value /= 1024;
    unit = larger;
  }
  return `${Number(value.toFixed(1))} ${unit}`;
}
