/** Reads this package's own sheets: a row for each file, with the columns cell_type, mark and path. */

import { FormatError } from "../../errors.ts";
import { checkName } from "../../io/names.ts";
import type { RowCells, RowReader, SheetHeader } from "./table.ts";
import { columnKey } from "./text.ts";
import { type SheetFile, type SheetRow, withoutUndefined } from "./types.ts";

const NEEDED = ["cell_type", "mark", "path"] as const;
const OPTIONAL = ["replicate", "control", "control_index", "index", "expression"] as const;

/** What R writes into a cell that is empty. */
const MISSING = "NA";

/** The first of the needed columns that a header lacks; `undefined` if it has all. */
export function lackingColumn({ keys }: SheetHeader): string | undefined {
  return NEEDED.find((name) => !keys.includes(columnKey(name)));
}

/** A row whose control may be the name of a mark of the same cell type. */
interface OwnRow extends SheetRow {
  readonly controlCell: string;
  readonly controlIndex: string;
}

/** Options of {@linkcode OwnSheetReader}. */
export interface OwnSheetOptions {
  /** Whether controls are wanted. */
  readonly wantsControls: boolean;
  readonly onNote: (message: string) => void;
  readonly onWarning: (message: string) => void;
}

/** Collects the rows of such a sheet. */
export class OwnSheetReader implements RowReader {
  readonly columns = [...NEEDED, ...OPTIONAL];
  readonly #file: string;
  readonly #options: OwnSheetOptions;
  readonly #rows: OwnRow[] = [];

  constructor(header: SheetHeader, options: OwnSheetOptions) {
    this.#file = header.file;
    this.#options = options;
    const known = new Set(this.columns.map(columnKey));
    const others = header.names.filter((name) => name !== "" && !known.has(columnKey(name)));
    if (others.length === 0) return;
    options.onWarning(
      `${header.file} has columns that are not used: ${others.slice(0, 10).join(", ")}` +
        `${others.length > 10 ? ` and ${others.length - 10} more` : ""}`,
    );
  }

  readRow({ line, cell }: RowCells): void {
    const place = { file: this.#file, line };
    for (const name of NEEDED) {
      if (cell(name) !== "") continue;
      throw new FormatError(`Cannot read sample sheet: column "${name}" is empty`, place);
    }
    const cellType = cell("cell_type");
    const mark = cell("mark");
    const optional = (name: typeof OPTIONAL[number]) => cell(name) === MISSING ? "" : cell(name);
    const replicate = optional("replicate");
    checkName(cellType, { what: "cell type", ...place });
    checkName(mark, { what: "mark", ...place });
    if (replicate !== "") checkName(replicate, { what: "replicate", ...place });
    this.#rows.push({
      cellType,
      mark,
      path: cell("path"),
      line,
      replicate: replicate || undefined,
      index: optional("index") || undefined,
      expression: optional("expression"),
      controlCell: optional("control"),
      controlIndex: optional("control_index"),
    });
  }

  /** The rows of marks, each with its control if controls are wanted. */
  finish(): SheetRow[] {
    const controlMarks = this.#findControlMarks();
    const rows = this.#rows.filter(({ mark }) => !controlMarks.has(mark));
    const withControl = this.#rows.filter(({ controlCell }) => controlCell !== "");
    const [first] = withControl;
    if (first !== undefined && !this.#options.wantsControls) {
      this.#options.onNote(
        `${this.#file} names controls (line ${first.line}), which are not used: --control subtract or ratio ` +
          "uses them",
      );
    }
    return rows.map((row) => {
      const { controlCell: _, controlIndex: __, ...fields } = row;
      const control = this.#options.wantsControls ? this.#controlOf(row, controlMarks) : undefined;
      return withoutUndefined({ ...fields, control });
    });
  }

  /** The marks whose rows are controls, because cells of the column `control` name them. */
  #findControlMarks(): Set<string> {
    const marks = new Set(this.#rows.map(({ mark }) => mark));
    const named = this.#rows.map(({ controlCell }) => controlCell);
    return new Set(named.filter((name) => marks.has(name)));
  }

  #controlOf(row: OwnRow, controlMarks: ReadonlySet<string>): SheetFile | undefined {
    const { controlCell: path, controlIndex, line } = row;
    if (path === "") return undefined;
    if (!controlMarks.has(path)) {
      return withoutUndefined({ path, index: controlIndex || undefined, line });
    }
    const candidates = this.#rows.filter(({ cellType, mark }) =>
      cellType === row.cellType && mark === path
    );
    const found = candidates.find(({ replicate }) => replicate === row.replicate) ??
      (candidates.length === 1 ? candidates[0] : undefined);
    if (found !== undefined) {
      return withoutUndefined({ path: found.path, index: found.index, line: found.line });
    }
    const lines = candidates.map(({ line }) => line).join(", ");
    const what = candidates.length === 0
      ? `cell type "${row.cellType}" has no row of it`
      : `cell type "${row.cellType}" has several rows of it (lines ${lines}), none of replicate ` +
        `"${row.replicate ?? ""}"`;
    throw new FormatError(
      `Cannot read sample sheet: control "${path}" is the mark of other rows, but ${what}`,
      { file: this.#file, line },
    );
  }
}
