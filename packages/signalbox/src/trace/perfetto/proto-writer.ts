/**
 * Writes protobuf's wire format: varints, fixed and length-delimited fields, into one growing buffer.
 *
 * A message inside another is written between `begin` and `end`. Its length is not known before it is written, so one byte is
 * kept free for it; the few messages of more than 127 bytes are moved up when they end.
 */
import { SignalboxError } from "../../errors.ts";

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;

export class ProtoWriter {
  #bytes = new Uint8Array(64 * 1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  readonly #encoder = new TextEncoder();

  /** A field of an unsigned integer, an enum or a bool. Throws RangeError for a negative or fractional number. */
  uint(field: number, value: number): void {
    if (!(value >= 0) || !Number.isInteger(value))
      throw new RangeError(`Field ${field} takes a whole number from 0 (got ${value})`);
    this.#varint(field * 8 + VARINT);
    this.#varint(value);
  }

  /** A field of a signed integer. Throws RangeError for a number that isn't whole, or not exact. */
  int(field: number, value: number): void {
    if (!(value < 0)) {
      this.uint(field, value);
      return;
    }
    if (!Number.isSafeInteger(value)) throw new RangeError(`Field ${field} takes a whole number (got ${value})`);
    this.#varint(field * 8 + VARINT);
    this.#reserve(10);
    // As 64 bits, of which the first is set.
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 0x7fn; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#length++] = Number(rest);
  }

  double(field: number, value: number): void {
    this.#varint(field * 8 + FIXED64);
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  fixed64(field: number, value: number): void {
    this.#varint(field * 8 + FIXED64);
    this.#reserve(8);
    this.#view.setUint32(this.#length, value % 0x1_0000_0000, true);
    this.#view.setUint32(this.#length + 4, Math.floor(value / 0x1_0000_0000), true);
    this.#length += 8;
  }

  string(field: number, value: string): void {
    const start = this.begin(field);
    this.#reserve(value.length * 3);
    this.#length += this.#encoder.encodeInto(value, this.#bytes.subarray(this.#length)).written;
    this.end(start);
  }

  /** Begins a message; answers what `end` needs. */
  begin(field: number): number {
    this.#varint(field * 8 + DELIMITED);
    this.#reserve(1);
    return ++this.#length;
  }

  /** Ends the message that began at `start`. */
  end(start: number): void {
    const length = this.#length - start;
    const extra = varintSize(length) - 1;
    if (extra > 0) {
      this.#reserve(extra);
      this.#bytes.copyWithin(start + extra, start, this.#length);
    }
    this.#length = start - 1;
    this.#varint(length);
    this.#length += length;
  }

  /** What was written so far, as a copy. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  // Division, not shifts: times in nanoseconds have more than 32 bits.
  #varint(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 0x7f) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  #reserve(size: number): void {
    const needed = this.#length + size;
    if (needed <= this.#bytes.length) return;
    if (needed > 0x7fff_ffff)
      throw new SignalboxError("ENOSPC", "A Perfetto trace of more than 2 GiB can't be written in one piece");
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) size++;
  return size;
}
