/** Errors as lines for users. */

import { printableLine } from "../base/printable.ts";
import * as ours from "../errors.ts";

const EXPECTED_ERRORS = [...Object.values(ours), RangeError, ...Object.values(Deno.errors)];

/**
 * Formats an error as one line: its message if users can act on it. Any other error is reported as a bug in the
 * program; see {@linkcode stackOf}.
 */
export function formatError(error: unknown): string {
  const cause = firstCause(error);
  if (!(cause instanceof Error)) return explainUnexpected(String(cause));
  const system = explainSystemError(cause.message);
  if (system !== undefined) return printableLine(system);
  if (EXPECTED_ERRORS.some((known) => cause instanceof known) && !isRuntimes(cause)) {
    return printableLine(cause.message);
  }
  return explainUnexpected(`${cause.name}: ${cause.message}`);
}

/** Formats where in the program an error arose, and the errors that caused it. */
export function stackOf(error: unknown): string {
  const cause = firstCause(error);
  if (!(cause instanceof Error)) return String(cause);
  const below = cause.cause === undefined ? "" : `\ncaused by ${stackOf(cause.cause)}`;
  return `${cause.stack ?? cause.message}${below}`;
}

/** Finds the first error where the clean-up after it failed too. */
function firstCause(error: unknown): unknown {
  return error instanceof SuppressedError ? firstCause(error.suppressed) : error;
}

/** Messages of errors that V8 throws for a table too large for memory, or nested too deeply for the stack. */
const RUNTIME_LIMITS =
  /^(Maximum call stack size exceeded|Invalid (typed )?array (buffer )?length|Array buffer allocation failed|Invalid string length)/;

function isRuntimes({ message }: Error): boolean {
  return RUNTIME_LIMITS.test(message);
}

/** More characters would fill the terminal. */
const LONGEST_UNEXPECTED = 500;

function explainUnexpected(what: string): string {
  const short = what.length > LONGEST_UNEXPECTED ? `${what.slice(0, LONGEST_UNEXPECTED)}…` : what;
  return `unexpected ${
    printableLine(short)
  }. This is a bug in the program; --stack shows where it arose`;
}

/**
 * Matches a message such as `No such file or directory (os error 2): readfile 'a.json'`, perhaps after this package's
 * words.
 */
const SYSTEM_MESSAGE =
  /^(?<action>.*: )?(?<reason>[^:]*) \(os error \d+\)(: (?<operation>\w+)( '(?<path>.*?)'( -> .*)?)?)?$/s;

/** Matches Deno's message about the system's own files, such as those below `/dev`. */
const KEPT_AWAY = /^(.*: )?Requires all access to "(?<path>.*)", run again .*$/s;

/** Matches Deno's message about a directory that the tasks' permissions deny: the package's own and the system's. */
const CLOSED =
  /^(?<action>Cannot write to .*: )?(.*: )?Requires write access to "(?<path>.*)", run again .*$/s;

/** Verbs for the system's functions, except those that only read. */
const VERBS: Readonly<Record<string, string>> = {
  mkdir: "create",
  remove: "remove",
  rename: "rename",
  stat: "find",
  writefile: "write",
};

const REASONS: Readonly<Record<string, string>> = {
  "Is a directory": "it is a directory, expected a file",
  "Not a directory": "a part of this path is a file, expected directories",
};

/** Explains the system's message about a file in this package's words; `undefined` for any other message. */
function explainSystemError(message: string): string | undefined {
  const system = SYSTEM_MESSAGE.exec(message)?.groups;
  if (system !== undefined) {
    const { reason = "", operation = "", path } = system;
    const said = REASONS[reason] ?? reason.charAt(0).toLowerCase() + reason.slice(1);
    const action = path === undefined ? "" : `Cannot ${VERBS[operation] ?? "read"} ${path}: `;
    return `${system.action ?? action}${said}`;
  }
  if (/^(.*: )?Empty path is not allowed$/s.test(message)) return "Cannot use a path: it is empty";
  const closed = CLOSED.exec(message)?.groups;
  if (closed !== undefined) {
    return `${
      closed.action ?? `Cannot write to ${closed.path}: `
    }no command writes into this package's own folders or into the system's. ` +
      "Change to another folder, or name an --out outside of them";
  }
  const keptAway = KEPT_AWAY.exec(message)?.groups;
  return keptAway && `Cannot use ${keptAway.path}: Deno lets no command read or write there`;
}
