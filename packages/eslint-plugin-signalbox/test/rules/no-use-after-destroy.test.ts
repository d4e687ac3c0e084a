import { noUseAfterDestroy } from "../../src/rules/no-use-after-destroy.ts";
import { program, typedTester } from "../support.ts";

typedTester().run("no-use-after-destroy", noUseAfterDestroy, {
  valid: [
    {
      name: "used, and ended after that",
      code: program`
      async function f() {
        const surface = device.queue("surface");
        const frame = surface.job({});
        submit(frame);
        await surface.destroy();
        await surface.drain();
        surface.kill();
        await surface.destroy();
        console.log(frame.result);
        submit(queue.job({ after: frame }));
        await device.close();
        await device.close();
      }
    `,
    },
    {
      name: "ended on one way only, or perhaps not",
      code: program`
      declare const lost: boolean;
      function f() { if (lost) queue.kill(); submit(queue.job({})); }
      function g() { if (lost) { queue.kill(); return; } submit(queue.job({})); }
      async function h() { try { await queue.destroy(); } catch { submit(queue.job({})); } }
      function i() { for (const one of jobs) { if (one.signalled) { queue.kill(); break; } submit(queue.job({})); } }
      function j() { lost && queue.kill(); queue.job({}); }
    `,
    },
    {
      name: "ended when the function is over",
      code: program`
      const stop = () => { queue.kill(); };
      async function f() { try { submit(queue.job({})); } finally { await queue.destroy(); } }
      setTimeout(() => { device.kill(); }, 0);
      queue.job({}); device.queue("more");
      console.log(stop);
    `,
    },
    {
      name: "a new one of the same name",
      code: program`
      async function f() { for (const name of ["a", "b"]) { const lane = device.queue(name); submit(lane.job({})); await lane.destroy(); } }
      async function g() { let lane = device.queue("a"); await lane.destroy(); lane = device.queue("b"); lane.job({}); }
      { const lane = device.queue("a"); lane.kill(); }
      { const lane = device.queue("b"); lane.job({}); }
      class Screen { lane = device.queue("a"); resize() { this.lane.kill(); this.lane = device.queue("b"); this.lane.job({}); } }
      for (const lane of [queue]) { lane.job({}); lane.kill(); }
    `,
    },
    {
      name: "another module's variable, which that may change",
      code: program`
      import { lane } from "./reexport.ts";
      lane.kill();
      lane.job({});
    `,
    },
    {
      name: "another one is ended",
      code: program`
      const [left, right] = [device.queue("left"), sim.queue("right")];
      left.kill();
      right.job({});
      sim.kill();
      device.queue("more").job({});
      ring.stop();
      queue.job({});
    `,
    },
    {
      name: "somebody else's queues, and other things that are destroyed",
      code: `
      declare const queue: { destroy(): void; kill(): void; job(spec: object): object };
      queue.destroy(); queue.kill();
      queue.job({});
      class JobQueue { destroy() {} job() {} }
      const own = new JobQueue(); own.destroy(); own.job();
    `,
    },
  ],
  invalid: [
    {
      name: "a job on a queue that was destroyed or killed",
      code: program`
      async function f() { await queue.destroy(); submit(queue.job({})); }
      function g(lane: JobQueue) { lane.kill(); return lane.job({}); }
      function h() { const gone = queue.destroy(); queue.job({}); return gone; }
    `,
      errors: [
        { messageId: "job", line: 2, column: 58, data: { ended: "queue" } },
        { messageId: "job", line: 3 },
        { messageId: "job", line: 4 },
      ],
    },
    {
      name: "a job that was made before is submitted after",
      code: program`
      async function f() {
        const surface = device.queue("surface");
        const [frame, more] = [surface.job({}).after(a), surface.job({})];
        await surface.destroy();
        submit(frame!, a);
        submission((section) => { section.push(section.arm(more!)); });
      }
    `,
      errors: [
        { messageId: "submitted", line: 6, column: 16, data: { ended: "surface" } },
        { messageId: "submitted", line: 7 },
      ],
    },
    {
      name: "its ring or its device was ended",
      code: program`
      async function f(sim: SimDevice) { const lane = sim.queue("a"); await sim.close(); lane.job({}); sim.queue("b"); }
      function g(device: Device) { const lane = device.queue("a"); const one = lane.job({}); device.kill(); submit(one); }
      function h(ring: Ring) { const lane = ring.queue("a"); ring.stop(); lane.job({}); }
      function i(ring: Ring) { const lane = ring.queue("a"); const same = lane; ring.lose(-5); same.job({}); ring.queue("b"); }
      function j(sim: SimDevice) { sim.lose(); sim.queue("a"); }
    `,
      errors: [
        { messageId: "job", line: 2, data: { ended: "sim" } },
        { messageId: "queue", line: 2 },
        { messageId: "submitted", line: 3, data: { ended: "device" } },
        { messageId: "job", line: 4, data: { ended: "ring" } },
        { messageId: "job", line: 5 },
        { messageId: "queue", line: 5 },
        { messageId: "queue", line: 6 },
      ],
    },
    {
      name: "on whichever way",
      code: program`
      declare const now: boolean;
      async function f() { if (now) queue.kill(); else await queue.destroy(); queue.job({}); }
      async function g() { for (const one of jobs) { queue.kill(); submit(queue.job({ after: one })); } }
    `,
      errors: [
        { messageId: "job", line: 3 },
        { messageId: "job", line: 4 },
      ],
    },
  ],
});
