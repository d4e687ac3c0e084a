/** Jobs that end their thread, in all the ways there are in Node. */

export function exit(code) {
  process.exit(code);
}

/** Quick when it is told not to exit: so the device learns that it is quick, and loads the thread ahead. */
export function exitIf(now, code) {
  if (now) process.exit(code);
}

export function uncaught(message) {
  setTimeout(() => {
    throw new TypeError(message);
  });
  return new Promise(() => {});
}

export function rejected(message) {
  void Promise.reject(new RangeError(message));
  return new Promise(() => {});
}

let staying = false;

/** Ends well, and its thread as soon as somebody stays in it. */
export function exitSoon() {
  setInterval(() => {
    if (staying) process.exit(5);
  });
}

/** Never ends. */
export function stay() {
  staying = true;
  return new Promise(() => {});
}

export function exhaust() {
  const all = [];
  for (;;) all.push(new Array(100_000).fill(all.length));
}
