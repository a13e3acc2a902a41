/** Names in files for MultiQC. */

/** A word that any file system takes in a name. */
export function fileWord(text: string): string {
  return text.replace(/[^A-Za-z0-9._-]+/g, "-");
}

/** The name of a sample in a report: the data set, its cell type and, for one mark, that mark. */
export function sampleName(key: string, ...parts: readonly string[]): string {
  return withoutMarkup([key, ...parts].join(" | "));
}

/** Characters with which a name could put markup, and so a script, into MultiQC's page, which takes names as HTML. */
const MARKUP: ReadonlyMap<string, string> = new Map([["<", "‹"], [">", "›"], ['"', "”"]]);

/** Writes a name with characters that look alike but mean nothing in HTML. */
export function withoutMarkup(name: string): string {
  return name.replace(/[<>"]/g, (character) => MARKUP.get(character)!);
}
