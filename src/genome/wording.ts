/** Names in messages are cut where they become longer. */
const LONGEST_NAME = 60;

/** A name from a file for a message: short, and without control characters, to which a terminal might listen. */
export function showName(name: string): string {
  const short = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
  return short.replace(/\p{Cc}/gu, "\ufffd");
}

/** `a, b, c and 4 more`. */
export function listSome(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).map(showName).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}
