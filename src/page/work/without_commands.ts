/** Messages for people who see no command line. */

/** Brackets that name a command or a flag. */
const BRACKETS = / \(([^()]*\b(deno task|histone) [^()]*|[^()]*--[a-z][^()]*)\)/g;

/**
 * What sentences say of flags and of records, which the page lets nobody name, and what is said in their place: what the
 * page has for it, or nothing.
 */
const PHRASES: readonly (readonly [said: string | RegExp, instead: string])[] = [
  [", or name their record if this one is wrong", ""],
  [", or name the record", ""],
  [". Name the record", ". Prepare the data again"],
  [": name what they are by --record FILE, or", ":"],
  [": name what they are by --record FILE", ""],
  [", or --record", ""],
  ["with --expression-transform log2p1", "with log2(expression + 1)"],
  ["without --expression-transform", "with the expression as it is in the table"],
  ["Prepare with --normalise rpm, or sample", "Sample"],
  [/, or prepare them again with --orientation \w+/, ""],
  [
    /, let the data say so, since a model takes 0 for a count: deno task prepare .*$/,
    ", remove these files, since a model takes 0 for a count, and choose what becomes of marks that a cell type lacks.",
  ],
];

/**
 * Leaves out what a message says of commands in brackets, such as `(deno task train --calibrate)` or `(then join their names with --chromosome-aliases)`, and of records, which
 * the page lets nobody name; and says by the page's words what it says by flags.
 *
 * @param message A message of a reader or of another part of the package.
 */
export function withoutCommands(message: string): string {
  const plain = message.replace(BRACKETS, "");
  return PHRASES.reduce((text, [said, instead]) => text.replace(said, instead), plain);
}
