/**
 * Reports from the field: threads in which somebody made the very kind of mistake that a defect plants, and what happened to them,
 * in our words. Found by hand; of a defect that isn't here, no such report was found.
 */

/** A thread on GitHub. */
export interface Report {
  /** Its repository and number: `owner/repo#number`. */
  readonly thread: string;
  /** What happened there. */
  readonly what: string;
}

const report = (thread: string, what: string): Report => ({ thread, what });

/** By the ids of the defects. */
export const reports: ReadonlyMap<string, readonly Report[]> = new Map([
  [
    "11.3.1",
    [report("gfx-rs/wgpu#8958", "a mapping's callback read the mapped range, and hung: its caller held that lock")],
  ],
  [
    "Q28a",
    [report("mcollina/fastq#97", "the promises of jobs that were killed in the queue are neither kept nor broken")],
  ],
  [
    "Q28b",
    [
      report("GoogleChromeLabs/comlink#601", "calls that were under way when their proxy was released never settle"),
      report("GoogleChromeLabs/comlink#428", "nor do those of a worker that was terminated"),
    ],
  ],
  [
    "P1",
    [
      report(
        "Overv/VulkanTutorial#87",
        "one uniform buffer was written for the next frame while others were in flight",
      ),
      report(
        "ggml-org/llama.cpp#23827",
        "the source of an asynchronous copy was reused, and the model wrote gibberish",
      ),
    ],
  ],
  [
    "P2",
    [
      report(
        "o3de/o3de-extras#729",
        "an upload and its first user on another queue had no semaphore between them, and sometimes the user came first",
      ),
    ],
  ],
  [
    "P3",
    [
      report(
        "WiseLibs/better-sqlite3#476",
        "a transaction's body awaited its rows: it was committed before anything had been inserted",
      ),
    ],
  ],
  [
    "P4",
    [
      report(
        "gfx-rs/wgpu-rs#694",
        "a buffer's mapping was asked for before the commands that fill it were submitted, and the submission panicked",
      ),
    ],
  ],
  [
    "P6",
    [
      report(
        "mlc-ai/web-llm#356",
        "buffers for the model could not be allocated; nobody looked, and it answered gibberish",
      ),
    ],
  ],
  [
    "P7",
    [
      report(
        "atlassian-labs/atlaspack#197",
        "callers ignored the promise that adding to a queue returns: a failing job could take down its thread",
      ),
    ],
  ],
  ["P9", [report("OptimalBits/bull#497", "a job closed its own queue, and could not be completed any more")]],
  [
    "P10",
    [
      report(
        "mrdoob/three.js#30766",
        "after a resize, a frame was submitted that used the texture of before, destroyed",
      ),
    ],
  ],
  ["P11", [report("juj/wasm_webgpu#42", "a command buffer was kept to be submitted each time: the second is refused")]],
  [
    "P13",
    [
      report(
        "sequelize/sequelize#8688",
        "transactions with rows locked waited for a connection; all were with those that waited for the rows",
      ),
    ],
  ],
  [
    "P14",
    [
      report(
        "rust-lang/crates.io#3414",
        "transactions that count downloads took their rows in different orders, and deadlocked in production",
      ),
    ],
  ],
  ["P15", [report("StephenCleary/AsyncEx#224", "whoever takes an async lock that is his own hangs, and is not told")]],
  [
    "P18",
    [
      report(
        "kainino0x/webgpu-cross-platform-demo#5",
        "a map's callback submitted, which re-entered the one who called",
      ),
    ],
  ],
  [
    "P20",
    [report("nodejs/node#27867", "nobody hears of what async handlers of events throw: why Node can look after them")],
  ],
  ["P22", [report("caolan/async#1439", "a worker never called back, and the queue stopped after its first four jobs")]],
  ["P23", [report("honojs/hono#5413", "a job that failed kept its slot of the pool, and none ran after it")]],
  ["P24", [report("sindresorhus/del#77", "a task in a build never said that it was done")]],
  [
    "P25",
    [
      report(
        "honza/node-thumbnail#4",
        "a worker didn't call back for thumbnails that existed already, and all stopped",
      ),
    ],
  ],
  [
    "P26",
    [
      report(
        "oven-sh/bun#24662",
        "a transaction's body was async: it was committed at the first await, and others got in",
      ),
    ],
  ],
  [
    "P30",
    [
      report(
        "yongkangchen/remote-sync#92",
        "what threw in a callback led to a handler that called it again, with an error that misleads",
      ),
    ],
  ],
  [
    "P33",
    [
      report("bshoshany/thread-pool#95", "tasks of a pool waited for tasks that they had given to the same pool"),
      report("sindresorhus/p-limit#91", "the same with a limit of promises: no slot, no error, and the program ends"),
    ],
  ],
  [
    "P34",
    [
      report(
        "emscripten-core/emscripten#9579",
        "joining a thread blocks the main one, which that thread may need: now an error, unless it is asked for",
      ),
    ],
  ],
  [
    "P35",
    [report("nextapps-de/flexsearch#472", "a transaction was kept in a table, and used when it had come to its end")],
  ],
  [
    "P38",
    [
      report(
        "KhronosGroup/Vulkan-ValidationLayers#3590",
        "two queues signalled values 1 and 2 of one timeline, and nothing made the first come first",
      ),
    ],
  ],
  [
    "P39",
    [
      report(
        "saminiir/level-ip#16",
        "sequence numbers were compared as plain ones, so good segments after a wrap were refused",
      ),
    ],
  ],
  [
    "P42",
    [report("mozilla/pdf.js#6332", "posting an error threw, as it couldn't be cloned, and the viewer waited for ever")],
  ],
  [
    "P43",
    [
      report(
        "taskforcesh/bullmq#2857",
        "a handler computed for half a minute: its lock could not be renewed meanwhile",
      ),
    ],
  ],
  [
    "P44",
    [
      report(
        "GoogleChromeLabs/comlink#692",
        "a proxy that nobody kept was collected with calls under way, and those who waited for them hung",
      ),
    ],
  ],
  [
    "P45",
    [report("sindresorhus/p-queue#239", "clearing a queue drops what alone could settle the promises of its jobs")],
  ],
  [
    "P47",
    [report("taskforcesh/bullmq#107", "a job was moved to the failed ones by a worker whose lock on it had run out")],
  ],
  ["P48", [report("juicedata/juicefs#2104", "rows were locked in whatever order they were found, by two at a time")]],
  [
    "P49",
    [report("gfx-rs/wgpu#5969", "after a submission that failed, a wait for its number hung: nothing would signal it")],
  ],
  [
    "P50",
    [
      report(
        "KhronosGroup/Vulkan-ValidationLayers#11167",
        "signalling 2 and then 1 on a timeline semaphore is wrong, and wasn't reported",
      ),
    ],
  ],
  ["P52", [report("baldurk/renderdoc#210", "the same fence was submitted again and again, and never reset between")]],
  [
    "P54",
    [report("WiseLibs/better-sqlite3#78", "an iteration was left in the middle, and the connection stayed busy")],
  ],
  [
    "P56",
    [
      report("d2lang/d2#2834", "one place for who waits: a second call replaced the first, which never settled"),
      report("ybouane/LibRaw-Wasm#24", "the same, and the reply to one call went to the other"),
    ],
  ],
  [
    "P57",
    [report("redis/redis-py#2624", "a command was cancelled, and its late reply was taken for that of the next one")],
  ],
  [
    "P58",
    [
      report(
        "vsg-dev/VulkanSceneGraph#968",
        "frames waited for their uploads in a stage that draws don't go through, and so not at all",
      ),
    ],
  ],
  [
    "P59",
    [
      report(
        "camunda/camunda#1065",
        "between getting a queue and adding to it, it was closed and drained: the job never ran",
      ),
    ],
  ],
]);
