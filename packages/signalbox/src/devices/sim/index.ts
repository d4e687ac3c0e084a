/** `signalbox/sim`: a device and a platform in virtual time. */
export { SimPlatform } from "../../platform/simulated.ts";
export type { SimPlatformOptions } from "../../platform/simulated.ts";
export { seededRandom } from "../../platform/random.ts";
export { SimDevice, openSim } from "./sim-device.ts";
export type { SimOptions, SimQueueOptions } from "./sim-device.ts";
export type { SimJob } from "./sim-driver.ts";
