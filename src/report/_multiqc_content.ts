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
