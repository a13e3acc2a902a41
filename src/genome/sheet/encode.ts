/**
 * Reads ENCODE's `metadata.tsv`, which comes with a batch download: a row for each file of each experiment, with the
 * assay, the target, the replicates, the assembly and the address.
 */

import { ContractError } from "../../errors.ts";
import { formatCountOf } from "../../base/count.ts";
import { chooseFiles } from "./_encode_choice.ts";
import { findControls } from "./_encode_controls.ts";
import {
  type EncodeFile,
  FileLinks,
  formatOfEncode,
  readEncodeFile,
  takesAsMark,
} from "./_encode_file.ts";
import { placeFiles } from "./_encode_places.ts";
import type { RowCells, RowReader, SheetHeader } from "./table.ts";
import { type SheetRow, withoutUndefined } from "./types.ts";
import type { ReplicateRule } from "../../record.ts";

/** Whether a header is that of such a table. */
export function isEncodeHeader({ keys }: SheetHeader): boolean {
  return keys.includes("fileaccession") && keys.includes("outputtype");
}

/** Options of {@linkcode EncodeReader}. */
export interface EncodeOptions {
  readonly results?: string | undefined;
  readonly outputType?: string | undefined;
  readonly assembly?: string | undefined;
  readonly replicates?: ReplicateRule | undefined;
  readonly marks?: readonly string[] | undefined;
  readonly cellTypes?: readonly string[] | undefined;
  readonly wantsControls: boolean;
  readonly onNote: (message: string) => void;
  readonly onWarning: (message: string) => void;
}

/** Collects the rows of such a table. Only those that may be needed are kept: a table may have all files of ENCODE. */
export class EncodeReader implements RowReader {
  // A file may be derived from hundreds of others.
  readonly longestCell = 1 << 20;
  readonly columns = [
    "File accession",
    "File format",
    "Output type",
    "File assembly",
    "Assembly",
    "Experiment accession",
    "Assay",
    "Biosample term id",
    "Biosample term name",
    "Biosample type",
    "Biosample treatments",
    "Donor(s)",
    "Biosample treatments amount",
    "Biosample treatments duration",
    "Experiment target",
    "Biosample genetic modifications methods",
    "Biosample genetic modifications targets",
    "Biological replicate(s)",
    "Derived from",
    "Size",
    "File download URL",
    "Controlled by",
    "File Status",
    "File analysis title",
    "File analysis status",
    "cell_type",
    "mark",
    "replicate",
    "control",
    "expression",
  ];
  readonly #file: string;
  readonly #options: EncodeOptions;
  readonly #files: EncodeFile[] = [];
  readonly #links = new FileLinks();
  /** How many files of marks there are of each output type, among those that can be counted. */
  readonly #outputTypes = new Map<string, number>();

  constructor({ file }: SheetHeader, options: EncodeOptions) {
    this.#file = file;
    this.#options = options;
  }

  readRow(row: RowCells): void {
    const { outputType = "", wantsControls, marks, cellTypes } = this.#options;
    if (wantsControls) this.#links.add(row);
    const status = row.cell("File Status");
    if (status !== "" && status !== "released") return;
    if (formatOfEncode(row.cell("File format")) === undefined) return;
    const file = readEncodeFile(row, this.#file);
    if (file === undefined) return;
    const type = row.cell("Output type");
    if (!file.isControl) this.#outputTypes.set(type, (this.#outputTypes.get(type) ?? 0) + 1);
    if (plainType(type) !== plainType(outputType)) return;
    if (takesAsMark(file, { marks, cellTypes }) || file.isControl && wantsControls) {
      this.#files.push(file);
    }
  }

  async finish(): Promise<SheetRow[]> {
    const { assembly, replicates, results, wantsControls, onNote, onWarning } = this.#options;
    const file = this.#file;
    this.#checkOutputType();
    const chosen = chooseFiles(this.#files, { file, assembly, replicates, onNote, onWarning });
    const controls = wantsControls
      ? findControls(chosen.marks, { file, controls: chosen.controls, links: this.#links })
      : new Map<EncodeFile, EncodeFile>();
    const needed = new Set([...chosen.marks, ...controls.values()]);
    const placeOf = await placeFiles([...needed], { file, results });
    return chosen.marks.map((mark) => {
      const control = controls.get(mark);
      return withoutUndefined({
        cellType: mark.cellType,
        mark: mark.mark,
        ...placeOf(mark),
        replicate: mark.replicate,
        expression: mark.expression,
        control: control === undefined ? undefined : placeOf(control),
      });
    });
  }

  /** Throws unless files of the wanted output type are there. */
  #checkOutputType(): void {
    const { outputType } = this.#options;
    const types = [...this.#outputTypes].toSorted(([, a], [, b]) => b - a)
      .map(([type, count]) => `"${type}" (${formatCountOf(count, "file")})`);
    if (types.length === 0) {
      throw new ContractError(
        `Cannot take files from ${this.#file}: none of its released files has a target and can be counted, ` +
          "expected histone ChIP-seq in BAM, bigWig or BED",
      );
    }
    if (outputType !== undefined && this.#files.some(({ isControl }) => !isControl)) return;
    const found = outputType === undefined ? "" : `it has none of output type "${outputType}", `;
    throw new ContractError(
      `Cannot take files from ${this.#file}: ${found}expected --output-type with one of ${
        types.slice(0, 12).join(", ")
      }`,
    );
  }
}

/** Some make spaces of such tables underscores. */
function plainType(type: string): string {
  return type.replaceAll("_", " ").toLowerCase();
}
