/**
 * sharp, set up for worker threads: one thread of its own per call, since the darkroom's threads are the parallelism, and no
 * cache, since each photo is read once. Everything that touches sharp takes it from here.
 */
import sharp from "sharp";

sharp.concurrency(1);
sharp.cache(false);

export { sharp };
