import { submission } from "../../../src/index.ts";
import type { Job, Slot } from "../../../src/index.ts";
import { openSim } from "../../../src/devices/sim/index.ts";

interface Update {
  readonly bind: Job;
  readonly flushes: readonly { readonly job: Job; readonly slot: Slot }[];
}

export async function bindAndInvalidate(print: (line: string) => void): Promise<void> {
  const gpu = openSim({ name: "gpu", rings: 4 });
  const note = (what: string) => print(`${gpu.platform.now().toFixed(0).padStart(2)} ms  ${what}`);
  const pages = gpu.queue("pages", { ring: 0 });
  const mmus = ["mmu0", "mmu1", "mmu2"].map((name, index) => gpu.queue(name, { ring: index + 1 }));

  // Phase 1, outside the section: everything that may fail for want of memory. What a flush waits for isn't known yet;
  // room for it is.
  function prepare(): Update {
    const bind = pages.job({ label: "bind", duration: 5, run: () => note("bind runs") });
    const flushes = mmus.map((mmu) => {
      const job = mmu.job({ label: `flush ${mmu.name}`, duration: 2, run: () => note(`flush ${mmu.name} runs`) });
      return { job, slot: job.reserveSlot() };
    });
    return { bind, flushes };
  }

  // Phase 2, one section: all of it or nothing.
  function commit({ bind, flushes }: Update): void {
    submission((section) => {
      const bound = section.arm(bind);
      const flushed = flushes.map(({ job, slot }) => {
        section.fill(slot, bound);
        return section.arm(job);
      });
      section.push(bound);
      for (const armed of flushed) section.push(armed);
    });
  }

  function describe({ bind, flushes }: Update): string {
    const slots = flushes.map(({ slot }) => (slot.filled ? "filled" : "empty"));
    return `bind is ${bind.state}, the slots are ${slots.join(", ")}`;
  }

  const first = prepare();
  note(`prepared: ${describe(first)}`);
  commit(first);
  note(`submitted as pages:${first.bind.seqno}: ${describe(first)}`);
  await Promise.all(first.flushes.map(({ job }) => job.wait()));
  note("no stale translation is left");

  // One MMU goes away between the phases. Its flush is the last to be armed, when the bind and two flushes are.
  const second = prepare();
  await mmus[2]!.destroy();
  try {
    commit(second);
  } catch (error) {
    note(`not submitted: ${String(error)}`);
  }
  note(`rolled back: ${describe(second)}`);

  // The same jobs, without the one that can't be.
  const rest = { bind: second.bind, flushes: second.flushes.slice(0, 2) };
  commit(rest);
  note(`submitted as pages:${rest.bind.seqno}: ${describe(rest)}`);
  await Promise.all(rest.flushes.map(({ job }) => job.wait()));
  await gpu.close();
}
