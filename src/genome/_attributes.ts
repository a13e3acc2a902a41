/** The ninth column of GFF: `key "value"; …` in GTF and GFF2, `key=value;…` in GFF3. */

/** Attributes of a feature. */
export interface Attributes {
  /** The whole text, if it is a single word and so neither a key nor a value. */
  readonly word: string | undefined;
  /** The first value of the first of these keys that has a value, decoded; `undefined` if no key has one. */
  first(...keys: readonly string[]): string | undefined;
  /** All values of a key, which GFF3 separates by commas and GTF writes as repeated attributes. */
  all(key: string): string[];
}

/**
 * Parses attributes. The first attribute shows the style, since there are GTF files with attributes in GFF3's style,
 * and GFF3 files with attributes in GTF's.
 */
export function parseAttributes(text: string): Attributes {
  const values = isGff3Style(text) ? parseGff3(text) : parseGtf(text);
  const decode = isGff3Style(text) ? decodePercent : (value: string) => value;
  return {
    word: /^\s*(?!\.\s*$)([^\s;="]+)\s*$/.exec(text)?.[1],
    first: (...keys) => {
      for (const key of keys) {
        const value = values.get(key)?.[0];
        if (value !== undefined) return decode(value);
      }
      return undefined;
    },
    all: (key) =>
      (values.get(key) ?? []).flatMap((value) => value.split(","))
        .map((value) => decode(unquote(value))),
  };
}

/** Whether attributes are written in GFF3's style. */
export function isGff3Style(text: string): boolean {
  return /^\s*[^\s;="]+\s*=/.test(text);
}

// deno-lint-ignore no-control-regex
const CONTROL = /[\0-\x1f]/;

/** Decodes percent-encoded characters such as `%3B`, as GFF3 and URLs write them. */
export function decodePercent(text: string): string {
  if (!text.includes("%")) return text;
  return text.replace(/(?:%[\da-f]{2})+/gi, (codes) => {
    try {
      const text = decodeURIComponent(codes);
      // Tabs and line ends would break the tables that names are written to.
      return CONTROL.test(text) ? codes : text;
    } catch {
      // These codes are not UTF-8, so the percent signs are part of the name.
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

/** A key and its value. A value in quotes may contain semicolons. */
const GTF_ATTRIBUTE = /[\s;"]*([^\s;"]+)(?:[ \t]+"([^"]*)"|([^;"]*))[^;]*(?:;|$)/y;

function parseGtf(text: string): Map<string, string[]> {
  const values = new Map<string, string[]>();
  GTF_ATTRIBUTE.lastIndex = 0;
  for (;;) {
    const match = GTF_ATTRIBUTE.exec(text);
    if (match === null) return values;
    const [, key = "", quoted, plain = ""] = match;
    add(values, key, quoted?.trim() ?? unquoteSingle(plain.trim()));
  }
}

/** Adds a value unless it is empty. */
function add(values: Map<string, string[]>, key: string, value: string): void {
  if (value === "") return;
  const others = values.get(key);
  if (others === undefined) values.set(key, [value]);
  else others.push(value);
}

/** Strips the single quotation marks that some programs put around a value of GTF. */
function unquoteSingle(value: string): string {
  return /^'([^']*)'$/.exec(value)?.[1]?.trim() ?? value;
}

/** Strips the quotation marks that some programs put around a value, or around each of several values. */
function unquote(text: string): string {
  const value = text.trim();
  return /^"[^"]*"$/.test(value) ? value.slice(1, -1).trim() : value;
}
