/**
 * One line on a terminal that says what is going on; nothing where the output is no terminal.
 */
export interface Ticker {
  show(line: string): void;
  clear(): void;
}

export function ticker(): Ticker {
  const { stderr } = process;
  if (!stderr.isTTY) return { show() {}, clear() {} };
  const write = (line: string): void => void stderr.write(`\r\u001b[K${line.slice(0, stderr.columns - 1)}`);
  return { show: write, clear: () => write("") };
}
