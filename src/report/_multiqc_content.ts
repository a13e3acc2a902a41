/** The form of sections in MultiQC's reports. */

/** A point of a line. MultiQC sorts the points of an object by their text, those of a list by their numbers. */
export type Point = readonly [x: number, y: number];

/** A section of a MultiQC report, as its custom content takes it. */
export interface Content {
  /** The last part of the file's name. */
  readonly file: string;
  readonly id: string;
  readonly plotType: "generalstats" | "linegraph" | "bargraph" | "table";
  readonly name: string;
  readonly description: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Values by sample. */
  readonly data: Readonly<
    Record<string, Readonly<Record<string, number | string>> | readonly Point[]>
  >;
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
