/** Messages for people who see no command line. */

/**
 * Leaves out what a message says of commands in brackets, such as `(deno task train --calibrate)` or `(then join their names with --chromosome-aliases)`, and of records, which
 * the page lets nobody name.
 *
 * @param message A message of a reader or of another part of the package.
 */
export function withoutCommands(message: string): string {
  return message.replace(/ \(([^()]*\b(deno task|histone) [^()]*|[^()]*--[a-z-]+)\)/g, "")
    .replace(", or name their record if this one is wrong", "");
}
