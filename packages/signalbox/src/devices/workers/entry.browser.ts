/**
 * What a browser runs in a lane's thread. Loaded by `new Worker(...)` only.
 */
import { realPlatform } from "../../platform/real.ts";
import { browserParent } from "../../platform/threads.browser.ts";
import { startRunner } from "./runner.ts";

startRunner(browserParent(), realPlatform);
