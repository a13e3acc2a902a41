/** Counts the objects and lists of a JSON text before it is parsed. */

const [QUOTE, BACKSLASH, BRACE, BRACKET] = Array.from('"\\{[', (sign) => sign.charCodeAt(0));

/**
 * The objects of a text, or its lists but one if those are more, since a list of samples has an object and a list for each. What
 * stands in strings does not count. The text need not be valid.
 */
export function countObjects(text: Uint8Array): number {
  let [objects, lists] = [0, 0];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === BRACE) objects++;
    else if (sign === BRACKET) lists++;
    else if (sign === QUOTE) at = endOfString(text, at + 1);
  }
  return Math.max(objects, lists - 1);
}

/** The place of the quote that ends a string, or the end of the text. */
function endOfString(text: Uint8Array, start: number): number {
  for (let at = start; at < text.length; at++) {
    if (text[at] === BACKSLASH) at++;
    else if (text[at] === QUOTE) return at;
  }
  return text.length;
}
