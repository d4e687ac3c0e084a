/** `signalbox/testing`: what tests of devices, and of programs on them, are made of. */
export { deviceConformance } from "./conformance/suite.ts";
export type { ConformanceCheck, ConformanceTarget } from "./conformance/target.ts";
export { expectNoReports } from "./no-reports.ts";
export { loseDevice } from "./lose-device.ts";
export { observe } from "./observer.ts";
export type { Observation } from "./observer.ts";
