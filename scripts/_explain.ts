/** Errors as lines for users. */

import * as ours from "../src/errors.ts";

const EXPECTED_ERRORS = [...Object.values(ours), RangeError, ...Object.values(Deno.errors)];

/** The message of an error that users can act on; the stack as well of one that is our mistake. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const system = explainSystemError(error.message);
  if (system !== undefined) return system;
  const expected = EXPECTED_ERRORS.some((known) => error instanceof known);
  return expected ? error.message : error.stack ?? error.message;
}

/** Such as `No such file or directory (os error 2): readfile 'a.json'`, or that behind words of our own. */
const SYSTEM_MESSAGE =
  /^(?<action>.*: )?(?<reason>[^:]*) \(os error \d+\)(: (?<operation>\w+)( '(?<path>.*?)'( -> .*)?)?)?$/s;

/** What Deno says of the system's own files, such as those below `/dev`. */
const KEPT_AWAY = /^(.*: )?Requires all access to "(?<path>.*)", run again .*$/s;

/** What the system's functions do, as far as they do not only read. */
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

/** What the system said of a file, in the words of this package; `undefined` for any other message. */
function explainSystemError(message: string): string | undefined {
  const system = SYSTEM_MESSAGE.exec(message)?.groups;
  if (system !== undefined) {
    const { reason, operation, path } = system;
    const said = REASONS[reason] ?? reason.charAt(0).toLowerCase() + reason.slice(1);
    const action = path === undefined ? "" : `Cannot ${VERBS[operation] ?? "read"} ${path}: `;
    return `${system.action ?? action}${said}`;
  }
  if (/^(.*: )?Empty path is not allowed$/s.test(message)) return "Cannot use a path: it is empty";
  const keptAway = KEPT_AWAY.exec(message)?.groups;
  return keptAway && `Cannot use ${keptAway.path}: Deno lets no command read or write there`;
}
