/** Counts the objects and lists of a JSON text before it is parsed. */

const [QUOTE, BACKSLASH, BRACE, BRACKET] = Array.from('"\\{[', (sign) => sign.charCodeAt(0));

/** What a JSON text has, nested or not. */
export interface JsonCounts {
  readonly objects: number;
  readonly lists: number;
}

/** Counts the braces and brackets that open something. What stands in strings does not count; the text need not be valid. */
export function countObjects(text: Uint8Array): JsonCounts {
  let [objects, lists] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === BRACE) objects++;
    else if (sign === BRACKET) lists++;
    else if (sign === QUOTE) at = endOfString(text, at + 1);
  }
  return { objects, lists };
}

/** The place of the quote that ends a string, or the end of the text. */
function endOfString(text: Uint8Array, start: number): number {
  for (let at = start; at < text.length; at++) {
    if (text[at] === BACKSLASH) at++;
    else if (text[at] === QUOTE) return at;
  }
  return text.length;
}
