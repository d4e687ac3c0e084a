/**
 * Figures for people: three digits, with the unit that fits.
 */

/** Three significant digits, without an exponent; "-" for what is not there. */
export function three(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return "-";
  const digits = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  return value.toFixed(Math.min(6, Math.max(0, 2 - digits)));
}

/** A rate per second, from ns for one. */
export function perSecond(ns: number): string {
  const rate = 1e9 / ns;
  if (rate >= 1e6) return `${three(rate / 1e6)} M`;
  if (rate >= 1e3) return `${three(rate / 1e3)} k`;
  return three(rate);
}

/** A time in ns or us. */
export function time(ns: number): string {
  return ns >= 10_000 ? `${three(ns / 1e3)} us` : `${three(ns)} ns`;
}

/** Whole bytes; noise around nothing is nothing. */
export function bytes(value: number): string {
  return value < 0.5 ? "0" : value.toFixed(0);
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.01 ? 1 : 0)} %`;
}

export function times(ratio: number | undefined): string {
  return ratio === undefined ? "-" : `${three(ratio)}x`;
}
