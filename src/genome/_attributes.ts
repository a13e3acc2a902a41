/** The ninth column of GFF: `key "value"; …` in GTF and GFF2, `key=value;…` in GFF3. */

/** Attributes of a feature. */
export interface Attributes {
  /** The text, where it is one word and so neither key nor value. */
  readonly word?: string;
  /** The first value of the first of these keys that has one, decoded; `undefined` if none has. */
  first(...keys: readonly string[]): string | undefined;
  /** All values of a key, which stand between commas in GFF3 and in attributes of their own in GTF. */
  all(key: string): string[];
}

/**
 * Parses attributes. Which way they are written shows in the first of them, for there are files of either name with
 * attributes in the other's way.
 */
export function parseAttributes(text: string): Attributes {
  const values = isGff3Style(text) ? parseGff3(text) : parseGtf(text);
  const decode = isGff3Style(text) ? decodePercent : (value: string) => value;
  return {
    word: /^\s*([^\s;="]+)\s*$/.exec(text)?.[1].replace(/^\.$/, "") || undefined,
    first: (...keys) => {
      const key = keys.find((key) => values.has(key));
      return key === undefined ? undefined : decode(values.get(key)![0]);
    },
    all: (key) =>
      (values.get(key) ?? []).flatMap((value) => value.split(","))
        .map((value) => decode(unquote(value))),
  };
}

/** Whether attributes are written as GFF3 has them. */
export function isGff3Style(text: string): boolean {
  return /^\s*[^\s;="]+\s*=/.test(text);
}

// deno-lint-ignore no-control-regex
const CONTROL = /[\0-\x1f]/;

/** Text with each `%3B` and the like replaced by the character that it stands for, as GFF3 and URLs write them. */
export function decodePercent(text: string): string {
  if (!text.includes("%")) return text;
  return text.replace(/(?:%[\da-f]{2})+/gi, (codes) => {
    try {
      const text = decodeURIComponent(codes);
      // Tabs and line ends would break the tables that names are written to.
      return CONTROL.test(text) ? codes : text;
    } catch {
      // No UTF-8: somebody's name really has a percent sign.
      return codes;
    }
  });
}

function parseGff3(text: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  for (const part of text.split(";")) {
    const equals = part.indexOf("=");
    if (equals >= 0) add(values, part.slice(0, equals).trim(), unquote(part.slice(equals + 1)));
  }
  return values;
}

/** A key, and a value in quotes, which may hold semicolons, or without them. */
const GTF_ATTRIBUTE = /[\s;"]*([^\s;"]+)(?:[ \t]+"([^"]*)"|([^;"]*))[^;]*(?:;|$)/y;

function parseGtf(text: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  GTF_ATTRIBUTE.lastIndex = 0;
  for (;;) {
    const match = GTF_ATTRIBUTE.exec(text);
    if (match === null) return values;
    add(values, match[1], (match[2] ?? match[3]).trim());
  }
}

/** Keeps a value; one that is empty says nothing. */
function add(values: Map<string, string[]>, key: string, value: string): void {
  if (value === "") return;
  const others = values.get(key);
  if (others === undefined) values.set(key, [value]);
  else others.push(value);
}

/** A value without the quotation marks that some put around it, as around each of several. */
function unquote(text: string): string {
  const value = text.trim();
  return /^"[^"]*"$/.test(value) ? value.slice(1, -1).trim() : value;
}
