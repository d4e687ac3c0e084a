/**
 * What Node runs in a lane's thread. Loaded by `new Worker(...)` only.
 */
import { realPlatform } from "../../platform/real.ts";
import { nodeParent } from "../../platform/threads.node.ts";
import { startRunner } from "./runner.ts";

startRunner(nodeParent(), realPlatform);
