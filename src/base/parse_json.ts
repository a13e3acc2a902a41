/** JSON in which a name stands once in each object. */

/**
 * Parses JSON as `JSON.parse` does, except that it refuses an object with a name twice, of which that takes the last
 * without a word: whoever wrote the file by hand meant one of the two.
 *
 * @param text The text.
 * @returns The value.
 * @throws {SyntaxError} If it is not JSON, or has a name twice in an object.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  const repeated = findRepeatedName(text);
  if (repeated !== undefined) {
    throw new SyntaxError(`${repeated.slice(0, 80)} stands twice in one object, expected once`);
  }
  return value;
}

/** The first name, in quotes, that an object has twice, of valid JSON. Nesting may be as deep as memory allows. */
function findRepeatedName(text: string): string | undefined {
  /** The names so far of each object around a place; nothing for an array. */
  const around: (Set<string> | undefined)[] = [];
  let last = "";
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '"') {
      const end = endOfString(text, at);
      last = text.slice(at, end);
      at = end - 1;
    } else if (character === "{") around.push(new Set());
    else if (character === "[") around.push(undefined);
    else if (character === "}" || character === "]") around.pop();
    else if (character === ":") {
      // Two spellings of a name are one once their escapes are read.
      const name = last.includes("\\") ? JSON.stringify(JSON.parse(last)) : last;
      const names = around.at(-1)!;
      if (names.has(name)) return name;
      names.add(name);
    }
  }
  return undefined;
}

/** The place after a string that starts with the quote at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1;; at++) {
    at = text.indexOf('"', at);
    let escapes = 0;
    while (text[at - 1 - escapes] === "\\") escapes++;
    if (escapes % 2 === 0) return at + 1;
  }
}
