/** Where a rule is asked its questions: the file, and what the compiler knows of it. */
import { ESLintUtils } from "@typescript-eslint/utils";
import type { ParserServicesWithTypeInformation, TSESLint } from "@typescript-eslint/utils";

/** What the questions are asked of. */
export interface Place {
  readonly services: ParserServicesWithTypeInformation;
  readonly source: Readonly<TSESLint.SourceCode>;
}

/** The file that a rule looks at. Throws, with ESLint's own words, where it was parsed without types. */
export function placeOf<MessageIds extends string, Options extends readonly unknown[]>(
  context: Readonly<TSESLint.RuleContext<MessageIds, Options>>,
): Place {
  return { services: ESLintUtils.getParserServices(context), source: context.sourceCode };
}
