import { promiseNeedsReason } from "../../src/rules/promise-needs-reason.ts";
import { program, typedTester } from "../support.ts";

typedTester().run("promise-needs-reason", promiseNeedsReason, {
  valid: [
    {
      name: "a text, a template, a constant, a sum",
      code: program`
      const reason = "the socket ends, or its timeout does";
      const reasons = { socket: "the socket ends" } as const;
      declare const id: number, why: "closed by us" | "closed by them";
      publish(priv, (must) => must.promise("the socket ends", (kept) => { kept.signal(); }));
      publish(priv, (must) => must.promise(\`socket \${String(id)} ends\`, (kept) => { kept.signal(); }));
      publish(priv, (must) => must.promise(reason, (kept) => { kept.signal(); }));
      publish(priv, (must) => must.promise(reasons.socket, (kept) => { kept.signal(); }));
      publish(priv, (must) => must.promise("socket ends: " + String(id), (kept) => { kept.signal(); }));
      publish(priv, (must) => must.promise(why, (kept) => { kept.signal(); }));
    `,
    },
    {
      name: "a reason in another language",
      code: program`
      publish(priv, (must) => must.promise("Der Kanal wird geschlossen", (kept) => { kept.signal(); }));
      publish(priv, (must) => must.promise("通道会关闭", (kept) => { kept.signal(); }));
    `,
    },
    {
      name: "promises that are no obligation's",
      code: `
      declare const must: { promise(reason: string): void };
      must.promise("");
      class MustBeSignalled { promise(reason: string) {} }
      new MustBeSignalled().promise("");
    `,
    },
    {
      name: "somebody else's obligation",
      code: `
      import { publish } from "other";
      import type { PrivateFence } from "other";
      declare const priv: PrivateFence;
      publish(priv, (must) => must.promise("", () => {}));
    `,
    },
    {
      name: "forbidding says nothing about the other ways",
      options: [{ forbid: true }],
      code: program`
      publish(priv, (must) => must.signal());
      publish(priv, (must) => must.transferTo(queue, job));
    `,
    },
  ],
  invalid: [
    {
      name: "nothing, and next to nothing",
      code: program`
      publish(priv, (must) => must.promise("", (kept) => { kept.signal(); }));
      publish(priv, (must) => must.promise("  ", (kept) => { kept.signal(); }));
      publish(priv, (must) => must.promise("-", (kept) => { kept.signal(); }));
      publish(priv, (must) => must.promise("TODO", (kept) => { kept.signal(); }));
      publish(priv, (must) => must.promise(\`\`, (kept) => { kept.signal(); }));
      publish(priv, (must) => must.promise("n/a", (kept) => { kept.signal(); }));
    `,
      errors: [2, 3, 4, 5, 6, 7].map((line) => ({ messageId: "empty" as const, line })),
    },
    {
      name: "no reason at all, as plain JavaScript may have it",
      code: program`
      publish(priv, (must) => must.promise());
    `,
      errors: [{ messageId: "missing", line: 2 }],
    },
    {
      name: "a reason that only the running program knows",
      code: program`
      declare const reason: string, args: [string, () => void], id: number;
      declare function why(): string;
      publish(priv, (must) => must.promise(reason, (kept) => { kept.signal(); }));
      publish(priv, (must) => must.promise(why(), (kept) => { kept.signal(); }));
      publish(priv, (must) => must.promise(...args));
      publish(priv, (must) => must.promise(String(id), (kept) => { kept.signal(); }));
    `,
      errors: [4, 5, 6, 7].map((line) => ({ messageId: "computed" as const, line })),
    },
    {
      name: "a template, a constant or a choice without words",
      code: program`
      declare const id: number, why: "closed by us" | "-";
      const reason = "";
      publish(priv, (must) => must.promise(\`\${String(id)}\`, (kept) => { kept.signal(); }));
      publish(priv, (must) => must.promise(reason, (kept) => { kept.signal(); }));
      publish(priv, (must) => must.promise(why, (kept) => { kept.signal(); }));
    `,
      errors: [4, 5, 6].map((line) => ({ messageId: "empty" as const, line })),
    },
    {
      name: "by index, and in a function that takes the obligation",
      code: program`
      publish(priv, (must) => must["promise"]("", (kept) => { kept.signal(); }));
      const later = <S>(must: MustBeSignalled<S>) => must.promise("", (kept) => { kept.signal(); });
    `,
      errors: [
        { messageId: "empty", line: 2 },
        { messageId: "empty", line: 3 },
      ],
    },
    {
      name: "forbidden, whatever the reason",
      options: [{ forbid: true }],
      code: program`
      publish(priv, (must) => must.promise("the socket ends", (kept) => { kept.signal(); }));
    `,
      errors: [{ messageId: "forbidden", line: 2 }],
    },
  ],
});
