/** One row of a table of edits. */

import { showName } from "../../base/wording.ts";
import { FormatError } from "../../errors.ts";
import { faultOfName } from "../../io/names.ts";
import { parseDecimalText } from "../../text/numbers.ts";
import {
  EDIT_KINDS,
  type EditKind,
  type EditSelection,
  type EditStep,
  LARGEST_FACTOR,
  MOVE_FILLS,
  REMOVED_TO,
  REPLACE_LIKE,
} from "./edits.ts";

/** The columns that a table of edits may have. */
export const EDIT_COLUMNS = [
  "id",
  "gene",
  "cell_type",
  "edit",
  "mark",
  "start_bp",
  "end_bp",
  "start_bin",
  "end_bin",
  "to",
  "factor",
  "shift_bp",
  "shift_bins",
  "fill",
  "from_gene",
  "from_cell_type",
  "like",
  "letters",
  "start_base",
  "note",
] as const;

/** A column of a table of edits. */
export type EditColumn = typeof EDIT_COLUMNS[number];

/** Columns that every row may fill. */
const COMMON: readonly EditColumn[] = ["id", "gene", "cell_type", "edit", "note"];
/** Columns that say which marks and bins are changed. */
const SELECTION: readonly EditColumn[] = ["mark", "start_bp", "end_bp", "start_bin", "end_bin"];

/** The columns that a row of each kind may fill, besides the common ones. */
const COLUMNS_OF_KIND: Readonly<Record<EditKind, readonly EditColumn[]>> = {
  remove: [...SELECTION, "to"],
  scale: [...SELECTION, "factor"],
  move: [...SELECTION, "shift_bp", "shift_bins", "fill"],
  swap: [...SELECTION, "from_gene", "from_cell_type"],
  replace: [...SELECTION, "like"],
  substitute: ["letters", "start_bp", "start_base"],
};

/** What stands for all genes, cell types or marks. */
const ALL = "*";

/** Reads the cells of a row. */
export class EditRow {
  readonly #cells: ReadonlyMap<EditColumn, string>;
  readonly #place: { readonly file: string; readonly line: number };

  /** Takes the cells by column, and where they are. */
  constructor(
    cells: ReadonlyMap<EditColumn, string>,
    place: { readonly file: string; readonly line: number },
  ) {
    this.#cells = cells;
    this.#place = place;
  }

  /** A name, or `undefined` for all. */
  name(column: EditColumn): string | undefined {
    const text = this.#text(column);
    if (text === undefined || text === ALL) return undefined;
    const fault = faultOfName(text);
    if (fault !== undefined) this.#fail(column, fault);
    return text;
  }

  /** The step that the row describes. */
  step(): EditStep {
    const kind = this.#word("edit", EDIT_KINDS);
    if (kind === undefined) this.#fail("edit", `it is empty, expected ${EDIT_KINDS.join(", ")}`);
    this.#refuseUnused(kind);
    switch (kind) {
      case "remove":
        return { kind, ...this.#selection(), ...this.#optional("to", REMOVED_TO) };
      case "scale": {
        const factor = this.#needed("factor", this.#number("factor"), "a number such as 2");
        if (!(factor >= 0 && factor <= LARGEST_FACTOR)) {
          this.#fail("factor", `it is ${factor}, expected a number from 0 to ${LARGEST_FACTOR}`);
        }
        return { kind, ...this.#selection(), factor };
      }
      case "move":
        return {
          kind,
          ...this.#selection(),
          ...this.#shift(),
          ...this.#optional("fill", MOVE_FILLS),
        };
      case "swap": {
        const [fromGene, fromCellType] = [this.name("from_gene"), this.name("from_cell_type")];
        if (fromGene === undefined && fromCellType === undefined) {
          this.#fail("from_gene", "it is empty, as from_cell_type is, expected one of them");
        }
        return {
          kind,
          ...this.#selection(),
          ...(fromGene !== undefined && { fromGene }),
          ...(fromCellType !== undefined && { fromCellType }),
        };
      }
      case "replace":
        return { kind, ...this.#selection(), ...this.#optional("like", REPLACE_LIKE) };
      case "substitute":
        return { kind, ...this.#substitution() };
    }
  }

  #refuseUnused(kind: EditKind): void {
    const used = COLUMNS_OF_KIND[kind];
    for (const [column, cell] of this.#cells) {
      if (cell === "" || COMMON.includes(column) || used.includes(column)) continue;
      this.#fail(
        column,
        `it is "${
          showName(cell)
        }", but ${kind} does not read it, expected an empty cell (${kind} reads ${
          used.join(", ")
        })`,
      );
    }
  }

  #selection(): EditSelection {
    const marks = this.#marks();
    const [startBp, endBp] = [this.#number("start_bp"), this.#number("end_bp")];
    const [startBin, endBin] = [this.#integer("start_bin"), this.#integer("end_bin")];
    if ((startBp ?? endBp) !== undefined && (startBin ?? endBin) !== undefined) {
      this.#fail(
        startBin === undefined ? "end_bin" : "start_bin",
        "the row has a range in bp too, expected base pairs or bins",
      );
    }
    return {
      ...(marks !== undefined && { marks }),
      ...(startBp !== undefined && { startBp }),
      ...(endBp !== undefined && { endBp }),
      ...(startBin !== undefined && { startBin }),
      ...(endBin !== undefined && { endBin }),
    };
  }

  #marks(): readonly string[] | undefined {
    const text = this.#text("mark");
    if (text === undefined || text === ALL) return undefined;
    const marks = text.split(",").map((mark) => mark.trim());
    for (const mark of marks) {
      const fault = faultOfName(mark);
      if (fault !== undefined) this.#fail("mark", fault);
    }
    const twice = marks.find((mark, place) => marks.indexOf(mark) !== place);
    if (twice !== undefined) this.#fail("mark", `it names ${showName(twice)} twice`);
    return marks;
  }

  #shift(): { readonly shiftBp: number } | { readonly shiftBins: number } {
    const [shiftBp, shiftBins] = [this.#number("shift_bp"), this.#integer("shift_bins")];
    if (shiftBp !== undefined && shiftBins !== undefined) {
      this.#fail("shift_bins", "the row has shift_bp too, expected one of them");
    }
    if (shiftBp !== undefined) return { shiftBp };
    return {
      shiftBins: this.#needed("shift_bp", shiftBins, "base pairs, or bins in shift_bins"),
    };
  }

  #substitution(): {
    readonly letters: string;
    readonly startBp?: number;
    readonly startBase?: number;
  } {
    const letters = this.#needed("letters", this.#text("letters"), "letters such as ACGT");
    if (!/^[ACGTN]+$/i.test(letters)) {
      this.#fail("letters", `it is "${showName(letters)}", expected A, C, G, T and N alone`);
    }
    const [startBp, startBase] = [this.#integer("start_bp"), this.#integer("start_base")];
    if (startBp !== undefined && startBase !== undefined) {
      this.#fail("start_base", "the row has start_bp too, expected one of them");
    }
    if (startBp !== undefined) return { letters, startBp };
    return {
      letters,
      startBase: this.#needed("start_bp", startBase, "base pairs, or a base in start_base"),
    };
  }

  #optional<Column extends "to" | "fill" | "like", Word extends string>(
    column: Column,
    words: readonly Word[],
  ): { readonly [name in Column]?: Word } {
    const word = this.#word(column, words);
    return (word === undefined ? {} : { [column]: word }) as { readonly [name in Column]?: Word };
  }

  #word<Word extends string>(column: EditColumn, words: readonly Word[]): Word | undefined {
    const text = this.#text(column);
    if (text === undefined) return undefined;
    const word = words.find((each) => each === text);
    if (word === undefined) {
      this.#fail(column, `it is "${showName(text)}", expected ${words.join(", ")}`);
    }
    return word;
  }

  #number(column: EditColumn): number | undefined {
    const text = this.#text(column);
    if (text === undefined) return undefined;
    const value = parseDecimalText(text);
    if (Number.isNaN(value)) this.#fail(column, `it is "${showName(text)}", expected a number`);
    return value;
  }

  #integer(column: EditColumn): number | undefined {
    const value = this.#number(column);
    if (value !== undefined && !Number.isSafeInteger(value)) {
      this.#fail(column, `it is "${this.#text(column)}", expected an integer`);
    }
    return value;
  }

  #needed<Value>(column: EditColumn, value: Value | undefined, wanted: string): Value {
    if (value === undefined) this.#fail(column, `it is empty, expected ${wanted}`);
    return value;
  }

  #text(column: EditColumn): string | undefined {
    return this.#cells.get(column) || undefined;
  }

  #fail(column: EditColumn, found: string): never {
    throw new FormatError(`Cannot read edits: column "${column}": ${found}`, this.#place);
  }
}
