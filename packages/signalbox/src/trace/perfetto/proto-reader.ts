/**
 * Reads protobuf's wire format: a cursor over the fields of one message.
 *
 * A message inside another is read by a cursor of its own, over its bytes. What breaks off or makes no sense is a
 * `SignalboxError` that names the byte.
 */
import { SignalboxError } from "../../errors.ts";

const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;

const decoder = new TextDecoder("utf-8", { fatal: true });

export class ProtoReader {
  /** The number of the field that `next` has found. */
  field = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;
  readonly #end: number;
  #wire = 0;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = start;
    this.#end = end;
  }

  /** Goes to the next field; false at the end of the message. The value of the one before must have been read or skipped. */
  next(): boolean {
    if (this.#at === this.#end) return false;
    const tag = this.#varint();
    this.field = Math.floor(tag / 8);
    this.#wire = tag % 8;
    if (this.field === 0) this.#fail("has a field without a number");
    return true;
  }

  uint(): number {
    this.#expect(VARINT);
    return this.#varint();
  }

  /** A signed integer: negative where its 64th bit is set. */
  int(): number {
    const start = this.#at;
    const value = this.uint();
    if (value < 2 ** 63) return value;
    let bits = 0n;
    for (let at = start; at < this.#at; at++) bits |= BigInt(this.#bytes[at]! & 0x7f) << BigInt(7 * (at - start));
    return Number(BigInt.asIntN(64, bits));
  }

  double(): number {
    this.#expect(FIXED64);
    return this.#view.getFloat64(this.#take(8), true);
  }

  fixed64(): number {
    this.#expect(FIXED64);
    const at = this.#take(8);
    return this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 0x1_0000_0000;
  }

  string(): string {
    const { start, end } = this.#delimited();
    try {
      return decoder.decode(this.#bytes.subarray(start, end));
    } catch {
      return this.#fail("has a text that is not UTF-8");
    }
  }

  message(): ProtoReader {
    const { start, end } = this.#delimited();
    return new ProtoReader(this.#bytes, start, end);
  }

  skip(): void {
    if (this.#wire === VARINT) this.#varint();
    else if (this.#wire === FIXED64) this.#take(8);
    else if (this.#wire === FIXED32) this.#take(4);
    else this.#delimited();
  }

  #delimited(): { readonly start: number; readonly end: number } {
    this.#expect(DELIMITED);
    const length = this.#varint();
    const start = this.#take(length);
    return { start, end: start + length };
  }

  #varint(): number {
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 10; count++) {
      const byte = this.#bytes[this.#take(1)]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 0x80;
    }
    return this.#fail("has a number of more than ten bytes");
  }

  #take(size: number): number {
    const start = this.#at;
    if (start + size > this.#end) this.#fail("breaks off");
    this.#at = start + size;
    return start;
  }

  #expect(wire: number): void {
    if (this.#wire !== wire) this.#fail(`has a field ${this.field} of wire type ${this.#wire} where ${wire} belongs`);
  }

  #fail(what: string): never {
    throw new SignalboxError("EINVAL", `This is no Perfetto trace, or a damaged one: it ${what} at byte ${this.#at}`);
  }
}
