/** The output of `deno test` in a few lines: skips, all about what failed, and the time that each file took. */

/** A line of `deno test` after which everything is about failures. */
const FAILURES = / ERRORS /;
/** Of files that run one after another: the tests that follow are this file's. */
const FILE = /^running (\d+) tests? from (.+)$/;
/** The end of a test or of a step of one; files that run side by side stand before each of their tests. */
const TEST = /^(?:(\S+\.(?:ts|md)\S*) => )?(.*?)(ok|FAILED|ignored) \(([\dhmsµ]+)\)$/;
const SUMMARY = /^(ok|FAILED) \| \d+ passed/;
/** What programs print that no test asked for. */
const NOISE = /^(WARNING: lavapipe|MESA|lp_|error: XDG_RUNTIME_DIR)/;
/** Lines that are kept to say why a run did not finish. */
const LAST_LINES = 60;
/** Where the example of a file stands, after the file's name. */
const LINES = /[#$]\d+-\d+.*$/;

/** The short form of a run of `deno test`, line by line. */
export interface Condensed {
  /** Takes the next line of the output; returns what to print, if anything. */
  readonly take: (line: string) => string | undefined;
  /** The last lines of a run that has not summed up its tests, such as one that an error of types keeps from starting. */
  readonly unfinished: () => readonly string[];
  /** Seconds that the tests of each file took so far. */
  readonly seconds: ReadonlyMap<string, number>;
}

/**
 * Condenses the output of `deno test --reporter=pretty` without colours.
 *
 * @param onFile Called for each file when its first test has ended.
 */
export function condense(onFile: (path: string) => void): Condensed {
  const seconds = new Map<string, number>();
  let current = "";
  let failing = false;
  let finished = false;
  let last: readonly string[] = [];
  const time = (line: string): boolean => {
    const [, path = current, name = "", , duration = ""] = TEST.exec(line) ?? [];
    // Steps are indented, and their time is a part of their test's.
    if (duration === "" || name.startsWith("  ")) return false;
    const file = path.replace(LINES, "").replace(/^\.\//, "");
    if (!seconds.has(file)) onFile(file);
    seconds.set(file, (seconds.get(file) ?? 0) + parseDuration(duration));
    return true;
  };
  const take = (line: string): string | undefined => {
    if (NOISE.test(line)) return undefined;
    last = [...last.slice(1 - LAST_LINES), line];
    finished ||= SUMMARY.test(line);
    if (FAILURES.test(line)) failing = true;
    if (failing) return line;
    current = FILE.exec(line)?.[2] ?? current;
    if (SUMMARY.test(line) || line.startsWith("SKIPPED")) return line;
    // A test that failed is named as it fails: its group may take minutes to end.
    return time(line) && / \.\.\. FAILED/.test(line) ? line : undefined;
  };
  return { take, unfinished: () => finished ? [] : last, seconds };
}

/** Seconds of "301µs", "5ms", "8s" or "1m7s". */
function parseDuration(text: string): number {
  const units: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 1e-3, "µs": 1e-6 };
  return [...text.matchAll(/(\d+)([a-zµ]+)/g)]
    .reduce((sum, [, number, unit]) => sum + Number(number) * units[unit!]!, 0);
}
