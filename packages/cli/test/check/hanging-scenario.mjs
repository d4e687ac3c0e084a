/** A scenario that never comes back in one order, for tests of the command. */

/** @type {import("signalbox/sim").Scenario} */
export const hanging = {
  name: "hanging",
  about: "an actor that never comes back, in one order",
  size: {},
  faults: [],
  build(world) {
    let first = "";
    for (const name of ["left", "right"]) {
      world.actor(name, function* () {
        yield "comes";
        first ||= name;
        yield "goes on";
        while (first === "right");
      });
    }
  },
};
