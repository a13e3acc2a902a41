/** The output of `deno test` in a few lines: progress by file, skips, and all about what failed. */

/** A line of `deno test` after which everything is about failures. */
const FAILURES = / ERRORS /;
/** The same of a run that ends before its first test, such as by an error of types. */
const NOT_STARTED = /^(TS\d+ \[ERROR\]|error: )/;
const FILE = /^running (\d+) tests? from (.+)$/;
const SUMMARY = /^(ok|FAILED) \| \d+ passed/;
/** What programs print that no test asked for. */
const NOISE = /^(WARNING: lavapipe|MESA|lp_|\s*$)/;

/** What is said of a run as it goes. */
export interface Condensed {
  /** Takes the next line of the output; returns what to print, if anything. */
  readonly take: (line: string) => string | undefined;
  /** Files with tests so far. */
  readonly files: () => number;
}

/**
 * Condenses the output of `deno test --reporter=pretty` without colours.
 *
 * @param onFile Called for each file whose tests begin.
 */
export function condense(onFile: (path: string) => void): Condensed {
  let files = 0;
  let failing = false;
  const take = (line: string): string | undefined => {
    if (FAILURES.test(line) || files === 0 && NOT_STARTED.test(line)) failing = true;
    if (failing) return NOISE.test(line) && line.trim() !== "" ? undefined : line;
    const file = FILE.exec(line);
    if (file !== null && file[1] !== "0") {
      files++;
      onFile(file[2]!);
    }
    if (SUMMARY.test(line) || line.startsWith("SKIPPED")) return line;
    // A test that failed is named as it fails: its group may take minutes to end.
    if (/ \.\.\. FAILED/.test(line)) return line;
    return undefined;
  };
  return { take, files: () => files };
}
