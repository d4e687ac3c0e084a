/** A scenario whose own check fails in one order, for tests of the command. */

/** @type {import("signalbox/sim").Scenario<"actors">} */
export const broken = {
  name: "broken",
  about: "two actors that must not meet",
  size: { actors: { small: 2, large: 3, least: 2 } },
  faults: [],
  build(world, { actors }) {
    let inside = 0;
    for (let index = 0; index < actors; index++) {
      world.actor(`actor ${index}`, function* () {
        yield "goes in";
        inside++;
        world.check(inside === 1, `actor ${index} meets another`);
        yield "goes out";
        inside--;
      });
    }
  },
};
