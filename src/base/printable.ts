/**
 * Characters that a terminal might obey: control characters, and those that reverse the direction of writing, so that a
 * line looks different from its content. Also the two line ends of Unicode, and the code points that are not
 * characters, which XML must not hold.
 */
const OBEYED = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffe\uffff]/gu;
/** Texts that have none of them, as nearly all names do. */
const PLAIN = /^[ -~]*$/;

/** Makes a text of several lines safe for a terminal: characters that it might obey are spelled out, as in `\x1b`. */
export function printable(text: string): string {
  return text.replace(
    OBEYED,
    (found) => found === "\n" || found === "\t" ? found : spellOut(found),
  );
}

/** Makes a text of one line safe for a terminal: line ends are spelled out too. */
export function printableLine(text: string): string {
  return text.replace(OBEYED, (found) => found === "\t" ? found : spellOut(found));
}

/** Whether a text is one line without tabs that a terminal shows as it is. */
export function isPlainLine(text: string): boolean {
  return PLAIN.test(text) || printableLine(text) === text && !text.includes("\t");
}

function spellOut(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\r") return "\\r";
  const code = character.charCodeAt(0).toString(16);
  return code.length <= 2 ? `\\x${code.padStart(2, "0")}` : `\\u${code.padStart(4, "0")}`;
}
