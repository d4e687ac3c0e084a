import { noWriteInFlight } from "../../src/rules/no-write-in-flight.ts";
import { program, typedTester } from "../support.ts";

/** As little of WebGPU as there is to write. */
const gpu =
  "interface GPUBuffer { readonly size: number } interface GPUTexture { readonly width: number } interface GPUQueue { writeBuffer(buffer: GPUBuffer, at: number, data: Uint8Array): void; writeTexture(to: { texture: GPUTexture }, data: Uint8Array): void } declare const gpuQueue: GPUQueue, uniforms: GPUBuffer, atlas: GPUTexture, bytes: Uint8Array; declare function draw(...values: unknown[]): void;";

typedTester().run("no-write-in-flight", noWriteInFlight, {
  valid: [
    {
      name: "written before the submission, behind a wait, or in a buffer of its own",
      code: program`${gpu}
      export async function frames() {
        const staging = new Uint8Array(4), next = new Uint8Array(4);
        const upload = queue.job({ run: () => draw(staging) });
        staging[0] = 1;
        staging.fill(2);
        submit(upload);
        next[0] = 2;
        await upload.wait();
        staging[0] = 3;
      }
    `,
    },
    {
      name: "filled for the first time behind the submission, or on some way before it",
      code: program`${gpu}
      export function late(flag: boolean) {
        const staging = new Uint8Array(4), other = new Uint8Array(4);
        if (flag) other[0] = 1;
        submit(queue.job({ run: () => draw(staging, other) }));
        staging[0] = 1;
        staging[1] = 2;
        other[0] = 2;
      }
    `,
    },
    {
      name: "submitted on some way only",
      code: program`${gpu}
      export function some(flag: boolean) {
        const staging = new Uint8Array([1, 2]);
        if (flag) submit(queue.job({ run: () => draw(staging) }));
        staging[0] = 2;
      }
    `,
    },
    {
      name: "something in between that may have had the job run",
      code: program`${gpu}
      declare function advance(): void;
      export function driven() {
        const staging = new Uint8Array([1, 2]);
        submit(queue.job({ run: () => draw(staging) }));
        advance();
        staging[0] = 2;
      }
      export async function* given() {
        const staging = new Uint8Array([1, 2]);
        submit(queue.job({ run: () => draw(staging) }));
        yield staging;
        staging[0] = 2;
      }
    `,
    },
    {
      name: "a queue that starts jobs at once, or may",
      code: program`${gpu}
      export function bypass(options: { bypass: boolean }) {
        const eager = device.queue("eager", { bypass: true }), unknown = device.queue("unknown", options);
        const staging = new Uint8Array([1, 2]);
        submit(eager.job({ run: () => draw(staging) }));
        submit(unknown.job({ run: () => draw(staging) }));
        staging[0] = 2;
      }
    `,
    },
    {
      name: "what the job writes, or doesn't touch",
      code: program`${gpu}
      export function written() {
        const out = new Uint8Array([1, 2]), unused = new Uint8Array([1]), state = { frame: 1 };
        const order: string[] = ["made"];
        submit(queue.job({ run: () => { out.set([1]); gpuQueue.writeBuffer(uniforms, 0, out); order.push("run"); draw(state); } }));
        out[0] = 2;
        unused[0] = 2;
        order.push("submitted");
        order[0] = "again";
        state.frame = 2;
        gpuQueue.writeBuffer(uniforms, 0, out);
        gpuQueue.writeBuffer(uniforms, 0, unused);
      }
    `,
    },
    {
      name: "one part behind the other, as far as it can be told",
      code: program`${gpu}
      export function ring(at: number) {
        const staging = new Uint8Array(8);
        staging.set([1, 2], 0);
        gpuQueue.writeBuffer(uniforms, 0, staging);
        submit(queue.job({ run: () => draw(staging.subarray(0, 4), uniforms, 256, staging, 4) }));
        submit(queue.job({ run: () => draw(staging.length, staging[at], staging[4]) }));
        staging.set([3, 4], 0);
        gpuQueue.writeBuffer(uniforms, 0, staging);
      }
      export function slots(at: number) {
        gpuQueue.writeBuffer(uniforms, 0, bytes);
        const staging = new Uint8Array(8);
        staging[0] = 1;
        submit(queue.job({ run: () => draw(uniforms, staging) }));
        gpuQueue.writeBuffer(uniforms, 256, bytes);
        gpuQueue.writeBuffer(uniforms, at, bytes);
        staging[1] = 2;
        staging[at] = 3;
        staging.set([4], at);
        staging.fill(1, at);
      }
    `,
    },
    {
      name: "shared memory, which may be a flag",
      code: program`${gpu}
      export function flag() {
        const stop = new Int32Array(new SharedArrayBuffer(4));
        stop[0] = 0;
        submit(queue.job({ run: () => draw(stop) }));
        stop[0] = 1;
      }
    `,
    },
    {
      name: "bug: shared memory whose name has the type of any",
      code: program`${gpu}
      export function flag() {
        const stop: Int32Array = new Int32Array(new SharedArrayBuffer(4)), part: Int32Array = stop.subarray(0, 1);
        stop[0] = 0;
        part[0] = 0;
        submit(queue.job({ run: () => draw(stop) }), queue.job({ run: () => draw(part) }));
        stop[0] = 1;
        part[0] = 1;
      }
    `,
    },
    {
      name: "bug: a map or a list that keeps a view reads nothing of it",
      code: program`${gpu}
      export function keeps(known: Map<Uint8Array, number>, list: Uint8Array[]) {
        const own = new Uint8Array(4);
        own[0] = 0;
        submit(queue.job({ run: () => draw(known.get(own), list.push(own)) }));
        own[0] = 1;
      }
    `,
    },
    {
      name: "new memory in each round",
      code: program`${gpu}
      export function rounds() {
        for (let round = 0; round < 2; round++) {
          const staging = new Uint8Array(4);
          staging[0] = round;
          submit(queue.job({ run: () => draw(staging) }));
        }
      }
    `,
    },
    {
      name: "somebody else's",
      code: `
      import { submit } from "other";
      import type { JobQueue } from "other";
      declare const queue: JobQueue, draw: (value: Uint8Array) => void;
      const staging = new Uint8Array([1, 2]);
      submit(queue.job({ run: () => draw(staging) } as never));
      staging[0] = 2;
    `,
    },
  ],
  invalid: [
    {
      name: "written again behind the submission",
      code: program`${gpu}
      export async function frames() {
        const staging = new Uint8Array(4);
        const upload = queue.job({ run: () => setTimeout(() => draw(staging[0]), 5) });
        staging[0] = 1;
        submit(upload);
        staging[0] = 2;
        staging.set([3]);
        staging[0]++;
        await upload.wait();
        staging[0] = 4;
      }
    `,
      errors: [
        { messageId: "written", line: 7, data: { name: "staging", line: "6" } },
        { messageId: "written", line: 8 },
        { messageId: "written", line: 9 },
      ],
    },
    {
      name: "a buffer and a texture of the GPU, on one way",
      code: program`${gpu}
      export function frames(flag: boolean) {
        gpuQueue.writeBuffer(uniforms, 0, bytes);
        gpuQueue.writeTexture({ texture: atlas }, bytes);
        submit(queue.job({ run: () => draw(uniforms, atlas) }), queue.job({}));
        if (flag) gpuQueue.writeBuffer(uniforms, 0, bytes);
        gpuQueue.writeTexture({ texture: atlas }, bytes);
      }
    `,
      errors: [
        { messageId: "written", line: 6, data: { name: "uniforms", line: "5" } },
        { messageId: "written", line: 7, data: { name: "atlas", line: "5" } },
      ],
    },
    {
      name: "the arguments of a worker's job",
      code: program`${gpu}
      export function frames() {
        const picture = new Float32Array([1, 2]);
        submit(queue.job({ args: [picture, 1] }));
        picture.fill(0);
        picture[7] = 1;
      }
    `,
      errors: [
        { messageId: "written", line: 5 },
        { messageId: "written", line: 6 },
      ],
    },
  ],
});
