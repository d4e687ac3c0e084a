/** Jobs that end their thread, in all the ways there are in a browser. */

export function close() {
  self.close();
  return new Promise(() => {});
}

export function uncaught() {
  setTimeout(() => {
    throw new TypeError("on purpose: uncaught");
  });
  return new Promise(() => {});
}

export function rejected() {
  void Promise.reject(new RangeError("on purpose: rejected"));
  return new Promise(() => {});
}
