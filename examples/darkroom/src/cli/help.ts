/**
 * Help: what `--help` prints. A test holds it to FLAGS: every flag is explained, with its default.
 */
import { formatBytes } from "./bytes.ts";
import { DEFAULTS } from "./options.ts";

/** The help text, without a newline at the end. */
export function helpText(): string {
  return `darkroom: develops photos on worker threads and a GPU, tied together by fences

usage: npm start -- [flags]

photos
  -i, --input DIR       folder with .jpg, .jpeg and .png files
                        (default: NASA's pictures from the npm package three-globe)
  -o, --output DIR      folder for the results, made if it is missing (default: ${DEFAULTS.output})
      --format FORMAT   png or jpeg (default: ${DEFAULTS.format})

where and how
  -d, --device DEVICE   auto, webgpu or workers (default: ${DEFAULTS.device})
                          webgpu   the kernels run on a GPU, or on a software adapter
                          workers  the same kernels in TypeScript on threads
                          auto     webgpu where an adapter is found, else workers
      --strip-rows N    most rows of a strip (default: ${DEFAULTS.stripRows})
      --credits SIZE    bytes in flight in each queue, such as 64MiB (default: ${formatBytes(DEFAULTS.credits)})
      --workers N       threads (default: one for each processor)

what to show
      --compare         the same work again as plain promises with no bound, measured beside it
      --trace FILE      write a trace for ui.perfetto.dev
  -h, --help            this text

Each result is compared with a plain CPU reference: one pixel that differs fails the command.

exit code: 0 all photos developed; 1 a photo failed, or nothing could be done; 2 a mistake on the command line;
           130 interrupted with Ctrl-C`;
}
