/** Longer names are shortened in messages. */
const LONGEST_NAME = 60;

/** Makes a name from a file fit for a message: short, and without control characters that a terminal might obey. */
export function showName(name: string): string {
  const short = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
  return short.replace(/\p{Cc}/gu, "\ufffd");
}

/** Lists the first names and counts the rest: `a, b, c and 4 more`. */
export function listSome(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most).map(showName).join(", ");
  return names.length > most
    ? `${shown} and ${(names.length - most).toLocaleString("en-US")} more`
    : shown;
}
