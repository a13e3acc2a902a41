/** Reads tables of edits. */

import { showName } from "../../base/wording.ts";
import { FormatError } from "../../errors.ts";
import { splitCells } from "../../genome/table_columns.ts";
import { visitTextLines } from "../../genome/text_lines.ts";
import { faultOfName } from "../../io/names.ts";
import { type Line, lineText, withSource } from "../../text/lines.ts";
import { EDIT_COLUMNS, type EditColumn, EditRow } from "./_table_row.ts";
import type { Edit, EditStep } from "./edits.ts";
import type { BinarySource } from "../../files/open_source.ts";
import type { AbortOptions } from "../../progress.ts";

/** Options of {@linkcode readEdits}. */
export interface ReadEditsOptions extends AbortOptions {
  /**
   * Called with an oddity of the file that does not prevent reading it.
   *
   * @default {Nobody is told}
   */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** An edit whose steps are still being read. */
interface OpenEdit {
  readonly id: string;
  /** Whether the table names it, rather than its rows' number. */
  readonly isNamed: boolean;
  readonly gene: string | undefined;
  readonly cellType: string | undefined;
  readonly steps: EditStep[];
  readonly lines: number[];
}

/**
 * Reads a table of edits: tabs or commas, gzip or not, under a header. The column `edit` says what is done: `remove`,
 * `scale`, `move`, `swap`, `replace` or `substitute`. The others may be missing or empty: `gene` and `cell_type`, for which
 * `*` or nothing means all; `mark`, one or several with commas between them, or all; `start_bp` and `end_bp`, or `start_bin`
 * and `end_bin`; `to` of `remove`; `factor` of `scale`; `shift_bp`, `shift_bins` and `fill` of `move`; `from_gene` and
 * `from_cell_type` of `swap`; `like` of `replace`; `letters` with `start_bp` or `start_base` of `substitute`; and `note`, which
 * is not read. Rows with the same `id` are made together, in their order; a row without one is an edit by itself, whose id
 * is the number of the row.
 *
 * @param input Path of the file, or a source of its bytes.
 * @param options Who is told of oddities.
 * @returns The edits, in the order of their first rows.
 * @throws {FormatError} If a column is unknown or twice there, a cell is not what its column takes or has no use in its
 * row, or rows of one id name different genes or cell types; the message has line and column.
 *
 * @example Two steps made together
 * ```ts
 * import { readEdits } from "@waka/histone/explain";
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = "id\tedit\tmark\tfactor\nbivalent\tscale\tH3K27me3\t2\nbivalent\tremove\tH3K4me3\t\n";
 * const [edit] = await readEdits(bytesSource(new TextEncoder().encode(text)));
 * deepStrictEqual(edit?.steps, [
 *   { kind: "scale", marks: ["H3K27me3"], factor: 2 },
 *   { kind: "remove", marks: ["H3K4me3"] },
 * ]);
 * ```
 */
export function readEdits(
  input: BinarySource,
  options: ReadEditsOptions = {},
): Promise<Edit[]> {
  return withSource(input, async (source, { onWarning }) => {
    const reader = new EditTableReader(source.name);
    await visitTextLines(source, (line) => reader.read(line), onWarning);
    return reader.finish();
  }, options);
}

class EditTableReader {
  readonly #file: string;
  readonly #edits = new Map<string, OpenEdit>();
  #separator: "\t" | "," = "\t";
  #columns: readonly EditColumn[] | undefined;
  #rows = 0;

  constructor(file: string) {
    this.#file = file;
  }

  read(line: Line): void {
    const text = lineText(line);
    if (this.#columns === undefined) {
      this.#separator = text.includes("\t") ? "\t" : ",";
      this.#columns = this.#readHeader(splitCells(text, this.#separator), line.number);
      return;
    }
    const cells = splitCells(text, this.#separator);
    if (cells.length > this.#columns.length) {
      this.#fail(
        `${cells.length} cells, expected ${this.#columns.length} as in the header`,
        line.number,
      );
    }
    // A spreadsheet keeps the separators of rows that were emptied.
    if (cells.every((cell) => cell === "")) return;
    this.#rows++;
    this.#add(new Map(this.#columns.map((column, place) => [column, cells[place] ?? ""])), line);
  }

  finish(): Edit[] {
    if (this.#rows === 0) {
      throw new FormatError("Cannot read edits: it has no rows, expected a header and rows", {
        file: this.#file,
      });
    }
    return Array.from(this.#edits.values(), ({ id, gene, cellType, steps, lines }): Edit => {
      return { id, gene, cellType, steps, source: { file: this.#file, lines } };
    });
  }

  #readHeader(cells: readonly string[], line: number): readonly EditColumn[] {
    const unknown = cells.find((cell) => !EDIT_COLUMNS.some((column) => column === cell));
    if (unknown !== undefined) {
      this.#fail(
        `its header has "${showName(unknown)}", expected columns among ${EDIT_COLUMNS.join(", ")}`,
        line,
      );
    }
    const twice = cells.find((cell, place) => cells.indexOf(cell) !== place);
    if (twice !== undefined) this.#fail(`its header has "${twice}" twice`, line);
    if (!cells.includes("edit")) {
      this.#fail(`its header is "${showName(cells.join(" "))}", expected a column "edit"`, line);
    }
    return cells as readonly EditColumn[];
  }

  #add(cells: ReadonlyMap<EditColumn, string>, { number: line }: Line): void {
    const row = new EditRow(cells, { file: this.#file, line });
    const id = cells.get("id") || String(this.#rows);
    const fault = faultOfName(id);
    if (fault !== undefined) this.#fail(`column "id": ${fault}`, line);
    const [gene, cellType] = [row.name("gene"), row.name("cell_type")];
    const isNamed = (cells.get("id") ?? "") !== "";
    const open = this.#edits.get(id) ?? { id, isNamed, gene, cellType, steps: [], lines: [] };
    if (open.lines.length > 0 && !(isNamed && open.isNamed)) {
      this.#fail(
        `"${id}" is the id of this row and of line ${
          open.lines[0]
        }, one of which has no id of its own and so its ` +
          "number, expected ids in both or in neither",
        line,
      );
    }
    if (open.gene !== gene || open.cellType !== cellType) {
      const show = (names: Pick<OpenEdit, "gene" | "cellType">) =>
        `${names.gene ?? "all genes"} in ${names.cellType ?? "all cell types"}`;
      this.#fail(
        `edit "${id}" is of ${show({ gene, cellType })}, but of ${show(open)} in line ${
          open.lines[0]
        }, expected the same`,
        line,
      );
    }
    open.steps.push(row.step());
    open.lines.push(line);
    this.#edits.set(id, open);
  }

  #fail(found: string, line: number): never {
    throw new FormatError(`Cannot read edits: ${found}`, { file: this.#file, line });
  }
}
