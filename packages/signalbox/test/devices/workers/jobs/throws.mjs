/** Jobs that throw. */

class DecodeError extends Error {
  name = "DecodeError";
  code = "EBADJPEG";
}

export function typed(message) {
  throw new TypeError(message);
}

export function own() {
  throw new DecodeError("no marker", { cause: new RangeError("offset 7", { cause: { at: 7 } }) });
}

export async function rejects() {
  await Promise.resolve();
  throw new DecodeError("later");
}

export function value(thrown) {
  throw thrown;
}

/** A cause that no clone takes, and one that is its own cause. */
export function hardCauses(kind) {
  if (kind === "function") throw new Error("odd", { cause: () => 1 });
  const error = new Error("loop");
  error.cause = error;
  throw error;
}

/** An error that throws when it is looked at. */
export function hostile() {
  throw Object.defineProperty(new Error("?"), "message", {
    get() {
      throw new Error("don't look");
    },
  });
}

export function notClonable() {
  return { close: () => {} };
}

export function badTransfer() {
  const bytes = new Uint8Array(4);
  return { [Symbol.for("signalbox.transferred")]: true, value: bytes, list: [bytes.buffer, bytes.buffer] };
}
