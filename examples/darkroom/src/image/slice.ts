/**
 * Slices: rows copied out of a picture and back into one.
 *
 * Invariants
 *  C1  `cutRows` copies, so its result owns its whole buffer and may be transferred to a thread without taking the picture along.
 *  C2  `viewRows` does not copy: the view is for reads that end before the picture changes (a GPU upload).
 *  C3  `pasteRows` writes exactly the rows named and refuses data of any other size.
 */
import { BYTES_PER_PIXEL, type Picture } from "./picture.ts";
import { rowCount, type Rows } from "./strips.ts";

/** A picture's rows, without a copy. */
export function viewRows(picture: Picture, rows: Rows): Uint8Array {
  checkRows(picture, rows);
  const rowBytes = picture.width * BYTES_PER_PIXEL;
  return picture.data.subarray(rows.first * rowBytes, rows.end * rowBytes);
}

/** A picture's rows, copied into a buffer of their own. */
export function cutRows(picture: Picture, rows: Rows): Uint8Array<ArrayBuffer> {
  return new Uint8Array(viewRows(picture, rows));
}

/** Writes developed rows into their place in a picture. */
export function pasteRows(picture: Picture, rows: Rows, data: Uint8Array): void {
  const target = viewRows(picture, rows);
  if (data.byteLength !== target.byteLength) {
    throw new RangeError(
      `${rowCount(rows)} rows of ${picture.width} pixels are ${target.byteLength} bytes, not ${data.byteLength}.`,
    );
  }
  target.set(data);
}

function checkRows(picture: Picture, rows: Rows): void {
  if (rows.first < 0 || rows.end > picture.height || rows.first > rows.end) {
    throw new RangeError(`Rows ${rows.first} to ${rows.end} are not inside a picture of ${picture.height} rows.`);
  }
}
