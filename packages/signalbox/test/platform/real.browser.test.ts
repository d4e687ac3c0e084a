import { describe, expect, it } from "vitest";
import { realPlatform } from "../../src/platform/real.ts";

describe("the real platform of a browser, which has no setImmediate", () => {
  it("macrotasks run in order, after microtasks", async () => {
    const ran: string[] = [];
    await new Promise<void>((resolve) => {
      realPlatform.macrotask(() => {
        ran.push("first macrotask");
        realPlatform.microtask(() => ran.push("microtask of the first"));
      });
      realPlatform.macrotask(() => {
        ran.push("second macrotask");
        resolve();
      });
      realPlatform.microtask(() => ran.push("microtask"));
    });
    expect(ran).toEqual(["microtask", "first macrotask", "microtask of the first", "second macrotask"]);
  });

  it("timers fire while one macrotask asks for the next", async () => {
    let fired = false;
    realPlatform.setTimer(() => {
      fired = true;
    }, 0);
    await new Promise<void>((resolve) => {
      const turn = (): void => {
        if (fired) resolve();
        else realPlatform.macrotask(turn);
      };
      turn();
    });
    expect(fired).toBe(true);
  });

  it("a timer that was taken back never fires", async () => {
    let fired = false;
    realPlatform.clearTimer(
      realPlatform.setTimer(() => {
        fired = true;
      }, 0),
    );
    await new Promise<void>((resolve) => {
      realPlatform.setTimer(resolve, 20);
    });
    expect(fired).toBe(false);
  });
});
