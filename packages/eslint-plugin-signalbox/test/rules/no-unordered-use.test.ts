import { noUnorderedUse } from "../../src/rules/no-unordered-use.ts";
import { program, typedTester } from "../support.ts";

/** Two queues of a device, memory, and as little of WebGPU as there is to write. */
const given =
  'declare function draw(...values: unknown[]): void; const upload = device.queue("upload"), render = device.queue("render", { credits: 4 }), third = device.queue("third"); const bytes = new Uint8Array(8), spare = new Uint8Array(8);';
const gpu =
  "interface GPUBuffer { readonly size: number } interface GPUTexture { readonly width: number } interface GPUQueue { writeBuffer(buffer: GPUBuffer, at: number, data: Uint8Array): void; writeTexture(to: { texture: GPUTexture }, data: Uint8Array): void; submit(buffers: unknown[]): void } interface GPUCommandEncoder { clearBuffer(buffer: GPUBuffer, from?: number): void; copyBufferToBuffer(a: GPUBuffer, at: number, b: GPUBuffer, to: number, size: number): void; copyTextureToBuffer(a: { texture: GPUTexture }, b: { buffer: GPUBuffer }, size: number[]): void } declare const gpuQueue: GPUQueue, encoder: GPUCommandEncoder, uniforms: GPUBuffer, vertices: GPUBuffer, atlas: GPUTexture;";

typedTester().run("no-unordered-use", noUnorderedUse, {
  valid: [
    {
      name: "the reader is after the writer: in its spec, by `after`, by what `submit` gave back",
      code: program`${given}
      const write = upload.job({ run: () => { bytes[0] = 1; } });
      submit(write, render.job({ after: write, run: () => draw(bytes) }));
      draw();
      const again = upload.job({ run: () => { bytes[0] = 1; } });
      const read = render.job({ run: () => draw(bytes) });
      read.after(again);
      submit(again, read);
      const [first] = submit(upload.job({ run: () => { spare[0] = 1; } }));
      submit(render.job({ after: [first!], run: () => draw(spare) }));
      draw();
      const next = submit(upload.job({ run: () => { spare[0] = 1; } }))[0]!;
      submit(render.job({ run: () => draw(spare) }).after(next));
    `,
    },
    {
      name: "the order is over a third job, of another queue or of the reader's",
      code: program`${given}
      const write = upload.job({ run: () => { bytes[0] = 1; } });
      const filter = third.job({ after: write });
      const read = render.job({ after: filter, run: () => draw(bytes) });
      submit(write, filter, read);
      const fill = upload.job({ run: () => { spare[0] = 1; } });
      const gate = render.job({ after: fill });
      submit(fill, gate, render.job({ run: () => draw(spare) }));
    `,
    },
    {
      name: "the writer is after the reader",
      code: program`${given}
      const read = render.job({ run: () => draw(bytes) });
      const write = upload.job({ after: [read], run: () => { bytes[0] = 1; } });
      submit(read, write);
    `,
    },
    {
      name: "behind the start of a job that writes before its `run` returns",
      code: program`${given}
      const write = upload.job({ run: () => { spare.forEach((each, at) => { bytes[0] = each; }); } });
      submit(write, render.job({ after: write.started, run: () => draw(bytes) }));
    `,
    },
    {
      name: "both say what they use, or what they say can't be told",
      code: program`${given}
      declare const all: Reservation[];
      const buffer = { reservation: new Reservation("buffer"), bytes: new Uint8Array(1) };
      submit(
        upload.job({ writes: [buffer], run: () => { buffer.bytes[0] = 1; } }),
        render.job({ reads: [buffer.reservation], run: () => draw(buffer.bytes) }),
      );
      submit(
        upload.job({ writes: all, run: () => { buffer.bytes[0] = 1; } }),
        render.job({ reads: [buffer], run: () => draw(buffer.bytes) }),
      );
      class Mesh { constructor(readonly reservation: Reservation) {} }
      const one = new Mesh(reservation), other2 = new Mesh(reservation);
      submit(
        upload.job({ writes: [one], run: () => { bytes[0] = 1; } }),
        render.job({ reads: [other2], run: () => draw(bytes) }),
      );
    `,
    },
    {
      name: "both read",
      code: program`${given}
      submit(upload.job({ run: () => draw(bytes[0]) }), render.job({ run: () => draw(bytes) }));
      submit(upload.job({ args: [bytes] }), render.job({ args: [bytes] }));
    `,
    },
    {
      name: "both count",
      code: program`${given}
      submit(upload.job({ run: () => { bytes[0]++; } }), render.job({ run: () => { bytes[0] += 2; } }));
    `,
    },
    {
      name: "one queue, or queues that can't be told apart",
      code: program`${given}
      submit(upload.job({ run: () => { bytes[0] = 1; } }), upload.job({ run: () => draw(bytes) }));
      const same = upload;
      draw();
      submit(same.job({ run: () => { bytes[0] = 1; } }), upload.job({ run: () => draw(bytes) }));
      draw();
      submit(queue.job({ run: () => { bytes[0] = 1; } }), upload.job({ run: () => draw(bytes) }));
      export function frame(one: JobQueue, other: JobQueue) {
        submit(one.job({ run: () => { bytes[0] = 1; } }), other.job({ run: () => draw(bytes) }));
      }
    `,
    },
    {
      name: "queues that start jobs at once, or share a ring that goes by the order of pushes",
      code: program`${given}
      declare const driver: Driver, options: { bypass: boolean };
      const eager = device.queue("eager", { bypass: true }), unknown = device.queue("unknown", options);
      submit(eager.job({ run: () => { bytes[0] = 1; } }), upload.job({ run: () => draw(bytes) }));
      draw();
      submit(unknown.job({ run: () => { bytes[0] = 1; } }), upload.job({ run: () => draw(bytes) }));
      draw();
      const lane = new Ring(driver, { policy: "fifo" });
      const [a1, a2] = [lane.queue("1"), lane.queue("2")];
      submit(a1.job({ run: () => { bytes[0] = 1; } }), a2.job({ run: () => draw(bytes) }));
      draw();
      const [r1, r2] = [ring.queue("1"), ring.queue("2")];
      submit(r1.job({ run: () => { bytes[0] = 1; } }), r2.job({ run: () => draw(bytes) }));
    `,
    },
    {
      name: "a wait in between, or something that may have waited",
      code: program`${given}
      declare function advance(): void;
      declare class Clock { constructor(go: () => void) }
      export async function frames() {
        const [written] = submit(upload.job({ run: () => { bytes[0] = 1; } }));
        await written!.wait();
        submit(render.job({ run: () => draw(bytes) }));
        await render.drain();
        submit(upload.job({ run: () => { bytes[0] = 1; } }));
        advance();
        submit(render.job({ run: () => draw(bytes) }));
        advance();
        submit(upload.job({ run: () => { bytes[0] = 1; } }));
        [1, 2].forEach(() => advance());
        submit(render.job({ run: () => draw(bytes) }));
        advance();
        submit(upload.job({ run: () => { bytes[0] = 1; } }));
        new Clock(() => {});
        submit(render.job({ run: () => draw(bytes) }));
      }
      export async function others(done: Promise<void>) {
        submit(upload.job({ run: () => { bytes[0] = 1; } }));
        await done;
        submit(render.job({ run: () => draw(bytes) }));
      }
      export function* given() {
        submit(upload.job({ run: () => { bytes[0] = 1; } }));
        yield 1;
        submit(render.job({ run: () => draw(bytes) }));
      }
    `,
    },
    {
      name: "submitted on some way only",
      code: program`${given}
      export function some(flag: boolean) {
        if (flag) submit(upload.job({ run: () => { bytes[0] = 1; } }));
        submit(render.job({ run: () => draw(bytes) }));
      }
      export function either(flag: boolean) {
        if (flag) submit(upload.job({ run: () => { bytes[0] = 1; } }));
        else submit(render.job({ run: () => draw(bytes) }));
      }
    `,
    },
    {
      name: "memory of the body's own, and names that mean something else there",
      code: program`${given}
      submit(
        upload.job({ run: () => { const bytes = new Uint8Array(1); bytes[0] = 1; } }),
        render.job({ run: () => draw(bytes) }),
      );
      function fill(bytes: Uint8Array) { bytes[0] = 1; }
      submit(upload.job({ run: () => fill(new Uint8Array(1)) }), render.job({ run: () => draw(bytes) }));
      function scratch() { const own = new Uint8Array(1); own[0] = 1; draw(own); }
      submit(upload.job({ run: scratch }), render.job({ run: () => scratch() }));
      const order: string[] = [], state = { frame: 1, bytes: [1] };
      submit(
        upload.job({ run: () => { order[0] = "up"; state.frame = 2; state.bytes[0] = 1; } }),
        render.job({ run: () => draw(order, state.frame, state.bytes[0]) }),
      );
    `,
    },
    {
      name: "new memory in each round, and jobs of rounds of their own",
      code: program`${given}
      export function rounds(frames: number) {
        for (let frame = 0; frame < frames; frame++) {
          const own = new Uint8Array(4);
          const write = upload.job({ run: () => { own[0] = 1; } });
          const read = render.job({ after: write, run: () => draw(own) });
          submit(write);
          submit(read);
        }
        for (let frame = 0; frame < frames; frame++) submit(upload.job({ run: () => { bytes[0] = frame; } }));
      }
    `,
    },
    {
      name: "places that are written out and don't overlap, or can't be told",
      code: program`${given}${gpu}
      export function parts(at: number) {
        submit(upload.job({ run: () => { bytes[0] = 1; } }), render.job({ run: () => draw(bytes[1]) }));
        draw();
        submit(upload.job({ run: () => { bytes[at] = 1; } }), render.job({ run: () => draw(bytes) }));
        draw();
        submit(
          upload.job({ run: () => bytes.subarray(0, 4).fill(1) }),
          render.job({ run: () => draw(bytes.subarray(4)) }),
        );
        submit(
          upload.job({ run: () => gpuQueue.writeBuffer(uniforms, 0, spare) }),
          render.job({ run: () => gpuQueue.writeBuffer(uniforms, 256, spare) }),
          third.job({ run: () => encoder.copyBufferToBuffer(uniforms, 512, vertices, at, 4) }),
        );
        submit(upload.job({ run: () => gpuQueue.writeBuffer(vertices, at, spare) }));
      }
    `,
    },
    {
      name: "what a job waits for can't be told",
      code: program`${given}
      declare const spec: JobSpec, list: Fence[];
      declare function chain(...jobs: Job[]): void;
      const write = upload.job({ run: () => { bytes[0] = 1; } });
      submit(write, render.job({ ...spec, run: () => draw(bytes) }));
      draw();
      const one = upload.job({ run: () => { bytes[0] = 1; } });
      submit(one, render.job({ after: list, run: () => draw(bytes) }));
      draw();
      const two = upload.job({ run: () => { bytes[0] = 1; } });
      submit(two, render.job({ after: fence, run: () => draw(bytes) }));
      draw();
      const three = upload.job({ run: () => { bytes[0] = 1; } });
      const read = render.job({ run: () => draw(bytes) });
      chain(three, read);
      submit(three, read);
      draw();
      const four = upload.job({ run: () => { bytes[0] = 1; } });
      const slotted = render.job({ run: () => draw(bytes) });
      const slot = slotted.reserveSlot();
      submission((section) => {
        const armed = section.arm(four);
        section.fill(slot, armed);
        section.push(armed);
        section.push(section.arm(slotted));
      });
    `,
    },
    {
      name: "a job in between that can't be told",
      code: program`${given}
      submit(upload.job({ run: () => { bytes[0] = 1; } }), job, render.job({ run: () => draw(bytes) }));
      draw();
      submit(upload.job({ run: () => { bytes[0] = 1; } }));
      submit(...jobs);
      submit(render.job({ run: () => draw(bytes) }));
    `,
    },
    {
      name: "a member that changes, or whose object goes around",
      code: program`${given}
      const swapped = { bytes: new Uint8Array(1) };
      submit(upload.job({ run: () => { swapped.bytes[0] = 1; } }));
      swapped.bytes = new Uint8Array(1);
      submit(render.job({ run: () => draw(swapped.bytes) }));
      const given = { bytes: new Uint8Array(1) };
      draw(given);
      submit(upload.job({ run: () => { given.bytes[0] = 1; } }), render.job({ run: () => draw(given.bytes) }));
      const own = { get bytes() { return new Uint8Array(1); } };
      submit(upload.job({ run: () => { own.bytes[0] = 1; } }), render.job({ run: () => draw(own.bytes) }));
      const ring2 = { bytes: new Uint8Array(1), next() { this.bytes = new Uint8Array(1); } };
      submit(upload.job({ run: () => { ring2.bytes[0] = 1; } }), render.job({ run: () => draw(ring2.bytes) }));
    `,
    },
    {
      name: "a callback that waits first",
      code: program`${given}
      const read = render.job({ run: () => draw(bytes) });
      const write = upload.job({ run: () => { void read.wait().then(() => { bytes[0] = 1; }); } });
      submit(write, read);
      draw();
      const later = render.job({ run: async () => { await other.wait(); bytes[0] = 1; } });
      submit(upload.job({ run: () => draw(bytes) }), later);
    `,
    },
    {
      name: "shared memory, which may be a flag",
      code: program`${given}
      const stop = new Int32Array(new SharedArrayBuffer(4));
      submit(upload.job({ run: () => { stop[0] = 1; } }), render.job({ run: () => draw(stop) }));
    `,
    },
    {
      name: "bug: shared memory whose name has the type of any",
      code: program`${given}
      const stop: Int32Array = new Int32Array(new SharedArrayBuffer(4)), part: Int32Array = stop.subarray(0, 1);
      const memory: ArrayBufferLike = new SharedArrayBuffer(4), view: Int32Array = new Int32Array(memory);
      const state: { flag: Int32Array } = { flag: new Int32Array(new SharedArrayBuffer(4)) };
      submit(upload.job({ run: () => { stop[0] = 1; } }), render.job({ run: () => draw(stop) }));
      submit(upload.job({ run: () => { part[0] = 1; } }), render.job({ run: () => draw(part) }));
      submit(upload.job({ run: () => { view[0] = 1; } }), render.job({ run: () => draw(view) }));
      submit(upload.job({ run: () => { state.flag[0] = 1; } }), render.job({ run: () => draw(state.flag) }));
    `,
    },
    {
      name: "bug: scratch memory, which each writes before it reads it",
      code: program`${given}
      submit(
        upload.job({ run: () => { bytes.set([1, 2]); draw(bytes); } }),
        render.job({ run: () => { for (let i = 0; i < 8; i++) bytes[i] = i; draw(bytes, bytes[3]); } }),
      );
      function work(first: number) { spare[0] = first; spare[0] += 2; if (spare[0] > 3) spare.fill(0); return spare[0]; }
      submit(upload.job({ run: () => { work(1); } }), render.job({ run: () => { if (draw.length > 0) { work(2); draw(spare[0]); } } }));
      function fill() { bytes.fill(1); }
      submit(upload.job({ run: fill }), render.job({ run: () => { bytes.fill(0); bytes.sort(); bytes.forEach((each) => draw(each)); } }));
      function into(view: Uint8Array, from = 1) { view.fill(from); draw(view); }
      submit(upload.job({ run: () => into(bytes) }), render.job({ run: () => into(bytes, 2) }));
    `,
    },
    {
      name: "bug: a GPU's queue keeps its own order",
      code: program`${given}${gpu}
      declare const mine: Uint8Array, yours: Uint8Array;
      function encode(commands: unknown[]) { gpuQueue.submit(commands); }
      submit(
        upload.job({ run: () => { gpuQueue.writeBuffer(uniforms, 0, mine); draw(uniforms); encode([uniforms]); } }),
        render.job({ run: () => { gpuQueue.writeBuffer(uniforms, 0, yours); draw(uniforms); gpuQueue.submit([]); } }),
      );
      submit(
        upload.job({ run: () => { setTimeout(() => gpuQueue.writeTexture({ texture: atlas }, mine), 1); } }),
        render.job({ run: () => gpuQueue.writeTexture({ texture: atlas }, yours) }),
      );
    `,
    },
    {
      name: "bug: both write one constant, whenever",
      code: program`${given}
      submit(
        upload.job({ run: () => { setTimeout(() => { bytes[0] = 1; spare.fill(0); }, 5); } }),
        render.job({ run: () => { bytes[0] = 1; spare.fill(0); } }),
      );
    `,
    },
    {
      name: "bug: what is given to a function that reads none of its contents, or other ones",
      code: program`${given}
      const known = new Map<Uint8Array, number>(), seen = new Set<object>(), weak = new WeakMap<Uint8Array, object>();
      function size(view: Uint8Array) { return view.length; }
      const second = (view: Uint8Array, _other?: Uint8Array) => { const same = view; draw(same[1]); };
      function deeper(view: Uint8Array) { second(view, view); if (view.length > 9) deeper(view); }
      submit(
        upload.job({ run: () => { bytes[0] = 1; } }),
        render.job({ run: () => { draw(size(bytes)); second(bytes, bytes); deeper(bytes); } }),
      );
      draw();
      submit(
        upload.job({ run: () => { bytes[0] = 1; } }),
        render.job({ run: () => { known.set(bytes, known.get(bytes) ?? 0); if (!seen.has(bytes)) seen.add(bytes); weak.set(bytes, [bytes].concat([bytes])); } }),
      );
    `,
    },
    {
      name: "somebody else's",
      code: `
      import { submit } from "other";
      interface Queue { job(spec: { run: () => void }): never }
      declare const device: { queue(name: string): Queue };
      const upload = device.queue("upload"), render = device.queue("render");
      const bytes = new Uint8Array(1);
      submit(upload.job({ run: () => { bytes[0] = 1; } }), render.job({ run: () => bytes.join() }));
    `,
    },
  ],
  invalid: [
    {
      name: "the writer is a timer's callback in a named function, and the buffer a member",
      code: program`${given}
      export async function two() {
        const buffer = { reservation: new Reservation("buffer"), bytes: new Uint8Array(1) };
        let seen = -1;
        const fill = (): void => void sim.platform.setTimer(() => (buffer.bytes[0] = 7), 5);
        const write = upload.job({ run: fill });
        const read = render.job({ run: () => void (seen = buffer.bytes[0]!) });
        const [, done] = submit(write, read);
        await done!.wait();
        return seen;
      }
    `,
      errors: [
        {
          messageId: "unordered",
          line: 8,
          column: 40,
          data: { does: "reads", name: "buffer.bytes", line: "6", before: "writes" },
        },
      ],
    },
    {
      name: "written out in the batch, the reader first, or both write",
      code: program`${given}
      submit(upload.job({ run: () => { bytes[0] = 1; } }), render.job({ run: () => draw(bytes) }));
      submit(render.job({ run() { draw(spare[2]); } }), upload.job({ run() { spare.fill(0); } }));
    `,
      errors: [
        { messageId: "unordered", line: 2, data: { does: "reads", name: "bytes", line: "2", before: "writes" } },
        { messageId: "unordered", line: 3, data: { does: "writes", name: "spare", line: "3", before: "reads" } },
      ],
    },
    {
      name: "both write, in functions of the file, one when its `run` is over",
      code: program`${given}
      function fill() { bytes.fill(1); }
      const clear = () => { setTimeout(reset, 5); };
      function reset() { bytes.fill(0); }
      submit(upload.job({ run: fill }), render.job({ run: clear }));
    `,
      errors: [
        { messageId: "unordered", line: 5, data: { does: "writes", name: "bytes", line: "5", before: "writes" } },
      ],
    },
    {
      name: "one after the other, with nothing in between that waits",
      code: program`${given}
      export function frame() {
        submit(upload.job({ run: () => { bytes.set([1]); } }));
        const width = Math.max(1, 2);
        const read = render.job({ run: () => draw(bytes) });
        submit(third.job({}), read);
        jobs.push(read);
        return width;
      }
    `,
      errors: [{ messageId: "unordered", line: 6, column: 31 }],
    },
    {
      name: "by other names",
      code: `
      import { submit as go } from "signalbox";
      import * as sb from "signalbox";
      declare const device: sb.Device;
      const [upload, render] = [device.queue("upload"), device.queue("render")];
      const bytes = new DataView(new ArrayBuffer(8)), same = bytes;
      const [write, read] = [upload.job({ run: () => bytes.setInt8(4, 1) }), render.job({ run: () => same.getInt8(4) })];
      go(write, read);
      const again = read;
      sb.submit(again);
    `,
      errors: [
        { messageId: "unordered", line: 8 },
        { messageId: "unordered", line: 10 },
      ],
    },
    {
      name: "behind the start of a job that writes when its `run` has returned",
      code: program`${given}
      const write = upload.job({ run: () => { setTimeout(() => { bytes[0] = 1; }, 5); } });
      submit(write, render.job({ after: write.started, run: () => draw(bytes) }));
    `,
      errors: [{ messageId: "unordered", line: 3 }],
    },
    {
      name: "after something else: another job, or one that only the writer's start is before",
      code: program`${given}
      const write = upload.job({ run: () => { setTimeout(() => { bytes[0] = 1; }, 5); } });
      const gate = third.job({ after: write.started });
      submit(write, gate, render.job({ after: gate, run: () => draw(bytes) }));
      const one = upload.job({ run: () => { spare[0] = 1; } }), other2 = third.job({});
      submit(one, other2, render.job({ after: [other2], run: () => draw(spare) }));
    `,
      errors: [
        { messageId: "unordered", line: 4 },
        { messageId: "unordered", line: 6 },
      ],
    },
    {
      name: "one of them names the memory, or both say that they read, or each names its own",
      code: program`${given}
      const buffer = { reservation: new Reservation("buffer"), bytes: new Uint8Array(1) }, mine = new Reservation("mine");
      submit(
        upload.job({ writes: [buffer], run: () => { buffer.bytes[0] = 1; } }),
        render.job({ run: () => draw(buffer.bytes) }),
      );
      draw();
      submit(
        upload.job({ reads: [buffer], run: () => { buffer.bytes[0] = 1; } }),
        render.job({ reads: [buffer], run: () => draw(buffer.bytes) }),
      );
      draw();
      submit(
        upload.job({ writes: [mine], run: () => { buffer.bytes[0] = 1; } }),
        render.job({ reads: [buffer], run: () => draw(buffer.bytes) }),
      );
    `,
      errors: [
        { messageId: "unordered", line: 5 },
        { messageId: "unordered", line: 10 },
        { messageId: "unordered", line: 15 },
      ],
    },
    {
      name: "in each round of a loop",
      code: program`${given}
      export async function rounds(frames: number) {
        for (let frame = 0; frame < frames; frame++) {
          const write = upload.job({ run: () => { bytes[0] = frame; } });
          const read = render.job({ run: () => draw(bytes) });
          submit(write);
          const [drawn] = submit(read);
          await drawn!.wait();
        }
      }
    `,
      errors: [{ messageId: "unordered", line: 7 }],
    },
    {
      name: "a worker's arguments",
      code: program`${given}
      submit(upload.job({ run: () => { bytes[3] = 1; } }), render.job({ args: [bytes, 1] }));
    `,
      errors: [{ messageId: "unordered", line: 2 }],
    },
    {
      name: "an object's member that is a name's memory",
      code: program`${given}
      const frame = { inner: { bytes } };
      submit(upload.job({ run: () => { frame.inner.bytes[0] = 1; } }), render.job({ run: () => draw(...bytes) }));
    `,
      errors: [
        { messageId: "unordered", line: 3, data: { does: "reads", name: "bytes", line: "3", before: "writes" } },
      ],
    },
    {
      name: "buffers and textures of the GPU",
      code: program`${given}${gpu}
      submit(
        upload.job({ run: () => gpuQueue.writeBuffer(uniforms, 0, spare) }),
        render.job({ run: () => draw(uniforms) }),
      );
      draw();
      submit(
        upload.job({ run: () => gpuQueue.writeTexture({ texture: atlas }, spare) }),
        render.job({ run: () => draw(atlas) }),
      );
      draw();
      submit(
        upload.job({ run: () => encoder.copyBufferToBuffer(uniforms, 0, vertices, 256, 4) }),
        render.job({ run: () => gpuQueue.writeBuffer(vertices, 256, spare) }),
      );
    `,
      errors: [
        { messageId: "unordered", line: 4, data: { does: "reads", name: "uniforms", line: "3", before: "writes" } },
        { messageId: "unordered", line: 9, data: { does: "reads", name: "atlas", line: "8", before: "writes" } },
        { messageId: "unordered", line: 14, data: { does: "writes", name: "vertices", line: "13", before: "writes" } },
      ],
    },
    {
      name: "a command clears or copies what another one reads",
      code: program`${given}${gpu}
      submit(
        upload.job({ run: () => { encoder.clearBuffer(uniforms); gpuQueue.submit([]); } }),
        render.job({ run: () => encoder.copyBufferToBuffer(uniforms, 8, vertices, 0, 4) }),
      );
      draw();
      submit(
        upload.job({ run: () => encoder.copyTextureToBuffer({ texture: atlas }, { buffer: vertices }, [1]) }),
        render.job({ run: () => draw(vertices) }),
      );
    `,
      errors: [
        { messageId: "unordered", line: 4 },
        { messageId: "unordered", line: 9 },
      ],
    },
    {
      name: "rings of their own, or one that shares fairly",
      code: program`${given}
      declare const driver: Driver;
      const [one, two] = [new Ring(driver), new Ring(driver)];
      const [a1, a2, b1] = [one.queue("1"), one.queue("2"), two.queue("1")];
      submit(a1.job({ run: () => { bytes[0] = 1; } }), a2.job({ run: () => draw(bytes) }));
      draw();
      submit(a1.job({ run: () => { spare[0] = 1; } }), b1.job({ run: () => draw(spare) }));
    `,
      errors: [
        { messageId: "unordered", line: 5 },
        { messageId: "unordered", line: 7 },
      ],
    },
    {
      name: "one reads before it writes, or what it has not written itself for certain",
      code: program`${given}
      submit(
        upload.job({ run: () => { draw(bytes); bytes.fill(1); } }),
        render.job({ run: () => { bytes.fill(2); draw(bytes); } }),
      );
      draw();
      submit(
        upload.job({ run: () => { if (draw.length > 0) bytes.fill(1); draw(bytes); } }),
        render.job({ run: () => { bytes.fill(2); } }),
      );
      draw();
      submit(
        upload.job({ run: () => { bytes[0] = 1; draw(bytes[1]); } }),
        render.job({ run: () => { bytes.fill(2); } }),
      );
      draw();
      submit(upload.job({ run: () => { bytes[0] = bytes[0]! + 1; } }), render.job({ run: () => { bytes[0] = 2; } }));
      draw();
      submit(upload.job({ run: () => { bytes.sort(); } }), render.job({ run: () => { bytes[0] = 2; } }));
    `,
      errors: [4, 9, 14, 17, 19].map((line) => ({ messageId: "unordered" as const, line })),
    },
    {
      name: "a callback reads when its `run` is over, and others have been there",
      code: program`${given}
      function again() { spare.fill(1); draw(spare); setTimeout(() => draw(spare), 5); }
      submit(
        upload.job({ run: () => { bytes.fill(1); setTimeout(() => draw(bytes), 5); } }),
        render.job({ run: () => { bytes.fill(2); draw(bytes); } }),
      );
      submit(upload.job({ run: again }), render.job({ run: () => again() }));
      function step() { spare[0] = 3; }
      draw();
      submit(upload.job({ run: () => { step(); setTimeout(step, 1); } }), render.job({ run: () => { spare[0] = 4; } }));
    `,
      errors: [5, 7, 10].map((line) => ({ messageId: "unordered" as const, line })),
    },
    {
      name: "what a function of the file does with what it is given",
      code: program`${given}
      function put(view: Uint8Array, at?: number) { view[0] = 1; draw(at); }
      const show = (view: Uint8Array = spare) => { const same = view; draw(same); };
      function rest(...views: Uint8Array[]) { draw(views.length); }
      submit(upload.job({ run: () => put(bytes, 1) }), render.job({ run: () => show(bytes) }));
      draw();
      submit(upload.job({ run: () => put(bytes) }), render.job({ run: () => rest(bytes) }));
    `,
      errors: [5, 7].map((line) => ({ messageId: "unordered" as const, line })),
    },
    {
      name: "inside a submission",
      code: program`${given}
      const write = upload.job({ run: () => { bytes[0] = 1; } });
      const read = render.job({ run: () => draw(bytes) });
      submission((section) => {
        const armed = section.arm(write);
        section.push(armed);
        section.push(section.arm(read));
      });
    `,
      errors: [{ messageId: "unordered", line: 7 }],
    },
  ],
});
