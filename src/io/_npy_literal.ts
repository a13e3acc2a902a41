/**
 * Reads the header of an npy file, which is a Python dictionary literal. Nothing but that one kind of literal is read:
 * no names, no calls, no evaluation.
 */

/** The content of the dictionary, before it is checked. */
export interface NpyDictionary {
  /** The dtype string, or `undefined` if the dtype is structured, that is, a list. */
  readonly descr: string | undefined;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/** An error of the literal, and where in the text it is. */
export class LiteralError extends Error {
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.position = position;
  }
}

/** Numpy's limit on dimensions since version 2; earlier versions had 32. */
const MAX_DIMENSIONS = 64;

const KEYS = ["descr", "fortran_order", "shape"];

/**
 * Parses `{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }`, keys in any order.
 *
 * @throws {LiteralError} If the text is anything else.
 */
export function parseNpyDictionary(text: string): NpyDictionary {
  const cursor = new Cursor(text);
  const found = new Map<string, unknown>();
  cursor.expect("{");
  while (!cursor.accept("}")) {
    const key = cursor.string();
    if (!KEYS.includes(key) || found.has(key)) cursor.fail(`key "${key}" is unknown or repeated`);
    cursor.expect(":");
    found.set(key, readValue(cursor, key));
    if (!cursor.accept(",")) {
      cursor.expect("}");
      break;
    }
  }
  cursor.expectEnd();
  const missing = KEYS.find((key) => !found.has(key));
  if (missing !== undefined) cursor.fail(`key "${missing}" is missing`);
  return {
    descr: found.get("descr") as string | undefined,
    fortranOrder: found.get("fortran_order") as boolean,
    shape: found.get("shape") as number[],
  };
}

function readValue(cursor: Cursor, key: string): unknown {
  if (key === "shape") return cursor.integers();
  if (key === "fortran_order") return cursor.boolean();
  if (!cursor.accept("[")) return cursor.string();
  cursor.skipList();
  return undefined;
}

class Cursor {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  fail(message: string): never {
    throw new LiteralError(message, this.#position);
  }

  accept(token: string): boolean {
    this.#match(/\s*/y);
    const found = this.#text.startsWith(token, this.#position);
    if (found) this.#position += token.length;
    return found;
  }

  expect(token: string): void {
    if (!this.accept(token)) this.fail(`found ${this.#next()}, expected "${token}"`);
  }

  expectEnd(): void {
    this.#match(/\s*/y);
    if (this.#position < this.#text.length) this.fail(`found ${this.#next()}, expected the end`);
  }

  string(): string {
    const literal = this.#match(/\s*(?:'[^'\\\n]*'|"[^"\\\n]*")/y);
    if (literal === undefined) return this.fail(`found ${this.#next()}, expected a string`);
    return literal.trim().slice(1, -1);
  }

  boolean(): boolean {
    if (this.accept("True")) return true;
    if (this.accept("False")) return false;
    return this.fail(`found ${this.#next()}, expected True or False`);
  }

  /** A tuple of integers >= 0, such as `()`, `(3,)` or `(2L, 3L)` as Python 2 wrote them. */
  integers(): number[] {
    const values: number[] = [];
    this.expect("(");
    while (!this.accept(")")) {
      const digits = this.#match(/\s*[0-9]+L?/y);
      if (digits === undefined) this.fail(`found ${this.#next()}, expected an integer >= 0`);
      const value = parseInt(digits, 10);
      if (!Number.isSafeInteger(value)) this.fail(`shape entry ${digits.trim()} is beyond 2^53`);
      if (values.push(value) > MAX_DIMENSIONS) this.fail(`more than ${MAX_DIMENSIONS} dimensions`);
      if (!this.accept(",")) {
        this.expect(")");
        break;
      }
    }
    return values;
  }

  /** Skips the rest of a list, whose content does not matter because it is about to be refused. */
  skipList(): void {
    for (let depth = 1; depth > 0;) {
      const token = this.#match(/\s*(?:'[^'\\\n]*'|"[^"\\\n]*"|[^\s'"])/y)?.trim();
      if (token === undefined) this.fail("a list does not end");
      if (token === "[") depth++;
      if (token === "]") depth--;
    }
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#position = pattern.lastIndex;
    return match[0];
  }

  #next(): string {
    const text = this.#text.slice(this.#position, this.#position + 12);
    return text === "" ? "the end" : JSON.stringify(text);
  }
}
