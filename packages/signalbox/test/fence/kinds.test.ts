import { expect, test } from "vitest";
import { fenceArray } from "../../src/fence/array.ts";
import { chainFence } from "../../src/fence/chain.ts";
import { isArray, isChain, isContainer } from "../../src/fence/kinds.ts";
import { stubFence } from "../../src/fence/stub.ts";
import { Timeline } from "../../src/fence/timeline.ts";
import { bench } from "../support/bench.ts";

test("F30: arrays and chains are containers, told by their kind; nothing else is", () => {
  const { fence } = new Timeline("t").fence();
  const job = bench().ring.queue("q").job({});
  const all = [fenceArray([fence]), chainFence(null, fence, 1n), fence, stubFence(), job];
  expect(all.map((each) => [each.kind, isArray(each), isChain(each), isContainer(each)])).toEqual([
    ["array", true, false, true],
    ["chain", false, true, true],
    ["plain", false, false, false],
    ["stub", false, false, false],
    ["job", false, false, false],
  ]);
});
