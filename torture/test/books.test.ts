/** The books find what they are there to find: each check sees its planted mistake. */
import { submit } from "signalbox";
import { openSim } from "signalbox/sim";
import type { SimJob } from "signalbox/sim";
import { describe, expect, test } from "vitest";
import { Books } from "../src/harness/books.ts";
import type { Ending } from "../src/harness/books.ts";

async function played(spec: SimJob, ending: Ending, prepare: (books: Books<SimJob>) => void = () => {}) {
  const sim = openSim();
  const books = new Books<SimJob>();
  const queue = sim.queue("q");
  books.opened(queue);
  prepare(books);
  const job = queue.job(spec);
  submit(job);
  books.submitted(queue, job, "is a test", ending);
  await sim.close();
  return books;
}

describe("the books of a round", () => {
  test("are right when everything is accounted for", async () => {
    const books = await played({ result: 7 }, { right: (result) => result === 7 });
    expect(books.wrong()).toEqual([]);
    expect(books.totals()).toEqual({ submitted: 1, done: 1, failed: 0, cancelled: 0, queues: 1 });
    expect(books.outstanding()).toEqual([]);
  });

  test("find a wrong result, a success that may not be, and an error that nothing accounts for", async () => {
    const wrong = async (spec: SimJob, ending: Ending) => (await played(spec, ending)).wrong().join();
    expect(await wrong({ result: 7 }, { right: (result) => result === 8 })).toContain("its result is wrong: 7");
    const throws = (): boolean => {
      throw new Error("What is this?");
    };
    expect(await wrong({ result: 7 }, { right: throws })).toContain("its result is wrong: 7");
    expect(await wrong({}, { fails: true })).toContain("it succeeded");
    expect(await wrong({ error: -5 }, {})).toContain("it ended with EIO, which nothing accounts for");
    expect(await wrong({ error: -5 }, { may: ["EIO"] })).toBe("");
    expect((await played({ error: -5 }, {}, (books) => books.hazard("EIO"))).wrong()).toEqual([]);
  });

  test("find a job that never signals, and a queue that is not at its end", () => {
    const sim = openSim();
    const books = new Books<SimJob>();
    const queue = sim.queue("q");
    books.opened(queue);
    const job = queue.job({ label: "lost" });
    submit(job);
    books.submitted(queue, job, "is a test", {});
    expect(books.outstanding()).toEqual([job]);
    expect(books.wrong()).toEqual([
      expect.stringMatching(/^\[Queue "q"\] doesn't add up: 1 submitted, 1 pushed, 0 done/),
      expect.stringMatching(/^\[Queue "q"\] is usable/),
      expect.stringMatching(/^\[Job "lost"\], which is a test: its fence never signalled, and it is queued/),
    ]);
    sim.lose();
  });

  test("find a job that the books don't have", async () => {
    const sim = openSim();
    const books = new Books<SimJob>();
    const queue = sim.queue("q");
    books.opened(queue);
    submit(queue.job({}));
    await sim.close();
    expect(books.wrong()).toEqual([expect.stringMatching(/doesn't add up: 0 submitted, 1 pushed, 1 done/)]);
  });
});
