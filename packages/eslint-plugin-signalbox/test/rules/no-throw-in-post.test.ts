import { noThrowInPost } from "../../src/rules/no-throw-in-post.ts";
import { program, typedTester } from "../support.ts";

typedTester().run("no-throw-in-post", noThrowInPost, {
  valid: [
    {
      name: "caught where it is thrown, or thrown by what runs later",
      code: program`
      Registration.post({
        postMessage({ error }) {
          try { if (error !== 0) throw new Error("failed"); } catch (thrown) { console.error(thrown); }
          setTimeout(() => { throw new Error("told elsewhere"); });
        },
      });
    `,
    },
    {
      name: "a port of its own, which no registration has",
      code: program`
      const port = { postMessage() { throw new Error("closed"); } };
      port.postMessage();
      class PostTarget { postMessage() { throw new Error("closed"); } }
      new PostTarget().postMessage();
    `,
    },
    {
      name: "what else runs in a section, and may throw",
      code: program`
      const driver: Driver = { name: "d", run() { throw new Error("out of descriptors"); }, cancel() {} };
      submission(() => { throw new Error("nothing was submitted"); });
    `,
    },
    {
      name: "somebody else's",
      code: `
      import { Registration } from "other";
      Registration.post({ postMessage() { throw new Error("closed"); } });
    `,
    },
  ],
  invalid: [
    {
      name: "thrown by a port that is written there, and by a class",
      code: program`
      import type { PostTarget } from "signalbox";
      Registration.post({ postMessage() { throw new Error("closed"); } });
      class Port implements PostTarget {
        postMessage({ error }: { error: number }) {
          try { console.log(error); } finally { if (error !== 0) throw new Error("failed"); }
        }
      }
    `,
      errors: [
        { messageId: "thrown", line: 3 },
        { messageId: "thrown", line: 6 },
      ],
    },
    {
      name: "thrown again by a catch",
      code: program`
      Registration.post({ postMessage: () => { try { console.log(1); } catch (error) { throw error; } } });
    `,
      errors: [{ messageId: "thrown", line: 2 }],
    },
  ],
});
