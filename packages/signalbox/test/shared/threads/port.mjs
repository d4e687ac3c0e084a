/** The port to whoever made this thread: Node's and a browser's. */
const { parentPort } = typeof process === "object" ? await import("node:worker_threads") : { parentPort: undefined };

export function listen(deed) {
  if (parentPort) parentPort.on("message", deed);
  else addEventListener("message", ({ data }) => deed(data));
}

export function post(message) {
  if (parentPort) parentPort.postMessage(message);
  else postMessage(message);
}

/** Lets the thread end when there is nothing else to do. */
export function hangUp() {
  parentPort?.close();
}
