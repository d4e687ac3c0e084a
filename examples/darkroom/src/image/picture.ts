/**
 * Picture: a decoded photo, as every part of the darkroom passes it on.
 *
 * Invariants
 *  P1  `width` and `height` are whole numbers of at least 1.
 *  P2  `data` holds exactly width * height pixels, row by row from the top, four bytes each: red, green, blue, alpha.
 *  P3  Alpha is straight (not premultiplied), and no kernel changes it.
 *
 * `checkPicture` is called where a picture enters: after a decode and before a verification. Everything inside trusts it.
 */

/** Bytes of one RGBA pixel, on the CPU and in a GPU buffer alike. */
export const BYTES_PER_PIXEL = 4;

/** How large a picture is, in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A decoded photo: RGBA, eight bits a channel. */
export interface Picture extends Size {
  readonly data: Uint8Array;
}

/** Bytes of a whole picture. */
export function pictureBytes({ width, height }: Size): number {
  return width * height * BYTES_PER_PIXEL;
}

/** An empty (transparent black) picture of that size. */
export function createPicture(width: number, height: number): Picture {
  checkSize(width, height);
  return { width, height, data: new Uint8Array(pictureBytes({ width, height })) };
}

/** Throws a RangeError, with the offending numbers, unless P1 and P2 hold. */
export function checkPicture(picture: Picture): void {
  checkSize(picture.width, picture.height);
  const expected = pictureBytes(picture);
  if (picture.data.byteLength !== expected) {
    throw new RangeError(
      `A picture of ${picture.width} x ${picture.height} has ${expected} bytes, not ${picture.data.byteLength}.`,
    );
  }
}

/** Throws a RangeError unless P1 holds. */
export function checkSize(width: number, height: number): void {
  if (!Number.isSafeInteger(width) || width < 1 || !Number.isSafeInteger(height) || height < 1) {
    throw new RangeError(`A picture's sides are whole numbers of at least 1, not ${width} x ${height}.`);
  }
}
