/**
 * What Node runs in a process of an isolated device. Loaded by `fork(...)` only.
 */
import { nodeParentProcess } from "../../../../platform/processes.node.ts";
import { realPlatform } from "../../../../platform/real.ts";
import { openWebGpu } from "../../index.node.ts";
import { serve } from "./serve.ts";

serve(nodeParentProcess(), realPlatform, openWebGpu);
