/**
 * Reads a tar archive (ustar) that lies in memory: the files in it, by name.
 *
 * Only what a small archive of plain files needs: no links, no names above 100 characters.
 */
import { SignalboxError } from "../../../errors.ts";

const BLOCK = 512;

/** @internal The plain files of an archive. Throws EINVAL for bytes that are no archive, or end in the middle of a file. */
export function readTar(archive: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + BLOCK <= archive.length && archive[at] !== 0;) {
    const header = archive.subarray(at, at + BLOCK);
    checkHeader(header, at);
    const name = text(header, 0, 100);
    const size = Number.parseInt(text(header, 124, 12), 8);
    const from = at + BLOCK;
    if (from + size > archive.length)
      throw new SignalboxError(
        "EINVAL",
        `The archive ends in the middle of "${name}" (${archive.length - from} of ${size} bytes)`,
      );
    const type = header[156];
    if (type === 0 || type === 0x30) files.set(name, archive.subarray(from, from + size));
    at = from + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

// The sum of the header's bytes, its own field counted as spaces.
function checkHeader(header: Uint8Array, at: number): void {
  let sum = 0;
  for (let index = 0; index < BLOCK; index++) sum += index >= 148 && index < 156 ? 0x20 : (header[index] ?? 0);
  const stored = Number.parseInt(text(header, 148, 8), 8);
  if (sum !== stored)
    throw new SignalboxError(
      "EINVAL",
      `The archive has no valid header at byte ${at} (its sum is ${sum}, not ${stored})`,
    );
}

function text(header: Uint8Array, from: number, length: number): string {
  const field = header.subarray(from, from + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end === -1 ? field : field.subarray(0, end)).trim();
}
