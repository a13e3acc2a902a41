/**
 * The sample sheet, which names the file of each mark in each cell type.
 *
 * @module
 */

import { ContractError } from "../errors.ts";
import type { ControlRule } from "../record.ts";
import { withSource } from "../text/lines.ts";
import { arrangeRows, checkHasRows } from "./sheet/arrange.ts";
import { EncodeReader, isEncodeHeader } from "./sheet/encode.ts";
import { isNfCoreHeader, NfCoreReader } from "./sheet/nf_core.ts";
import { lackingColumn, OwnSheetReader } from "./sheet/own_sheet.ts";
import { failHeader, type RowReader, type SheetHeader, visitSheet } from "./sheet/table.ts";
import type { ArrangeOptions, SampleSheet, SheetRow } from "./sheet/types.ts";

export {
  type ArrangeOptions,
  MISSING_MARK_RULES,
  type MissingMarkRule,
  type SampleSheet,
  type SampleSheetEntry,
  type SheetFile,
} from "./sheet/types.ts";
import type { BinarySource } from "../files/open_source.ts";
import type { AbortOptions } from "../progress.ts";

/** Options for reading a sample sheet. */
export interface ReadSampleSheetOptions extends ArrangeOptions, AbortOptions {
  /**
   * How controls are used. Here it only says whether they are wanted: each entry then has its control.
   *
   * @default {Controls are not read.}
   */
  readonly control?: ControlRule | undefined;
  /**
   * The folder that has the files: the results of nf-core/chipseq or nf-core/cutandrun (the folder that was their
   * `--outdir`), or the files that were downloaded from ENCODE. For these sheets only.
   *
   * @default {The files of ENCODE are read from its addresses. The sheets of nf-core need a folder.}
   */
  readonly results?: string | undefined;
  /** Which of ENCODE's files to take, such as `alignments` or `fold change over control`. For its sheets only. */
  readonly outputType?: string | undefined;
  /**
   * The assembly whose files to take, if a sheet of ENCODE has several.
   *
   * @default {The only one that the sheet has.}
   */
  readonly assembly?: string | undefined;
}

/**
 * Reads a sample sheet: text separated by tabs, commas or semicolons, where cells may have spaces or double quotes
 * around them. Lines that start with `#` and blank lines are skipped. The header tells the form:
 *
 * - This package's own has the columns `cell_type`, `mark` and `path`, whatever their capitals. The column `replicate`
 *   tells apart several rows of a cell type and mark; `control` names the control's file, or the mark of its rows, such
 *   as `Input`; `index` and `control_index` name indexes that are not beside their files; and `expression` names the
 *   file of each cell type's expression, in one of its rows or in all of them, replicates separated by commas.
 * - Samplesheets of nf-core/chipseq and nf-core/cutandrun, with the folder of the results.
 * - ENCODE's `metadata.tsv`, with the folder of its files or without it.
 *
 * Replicates are refused unless you say what becomes of them, because they look just like the same reads given twice.
 *
 * @param input Path of the file, or a source of its bytes.
 * @param options What becomes of replicates and of missing marks, and where the files are.
 * @returns The sheet, sorted by cell type, mark and replicate.
 * @throws {FormatError} With the line, if the header lacks a column, a cell is empty, a cell type's name starts with
 * two underscores, a cell type has a mark twice and there is no rule for replicates or nothing tells them apart, a mark
 * is capitalised in two ways, a path occurs twice (its reads would be counted twice) or is also that of a control, or
 * a cell type has two files of expression; with the cell type, the mark and the lines, if a cell type lacks a mark that
 * another one has; also if the sheet has no rows.
 * @throws {ContractError} If an option does not suit the sheet, or the sheet lacks a wanted cell type or mark.
 *
 * @example Two marks of a cell type
 * ```ts
 * import { readSampleSheet } from "@waka/histone/genome";
 * import { bytesSource } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const text = "cell_type\tmark\tpath\nliver\tH3K9me3\tb.bam\nliver\tH3K4me3\ta.bam\n";
 * const { marks, entries } = await readSampleSheet(bytesSource(new TextEncoder().encode(text)));
 * deepStrictEqual(marks, ["H3K4me3", "H3K9me3"]);
 * deepStrictEqual(entries.map(({ path }) => path), ["a.bam", "b.bam"]);
 * ```
 */
export function readSampleSheet(
  input: BinarySource,
  options: ReadSampleSheetOptions = {},
): Promise<SampleSheet> {
  return withSource(input, async (source, options) => {
    const file = source.name;
    const forms: SheetForm[] = [];
    const open = (header: SheetHeader) => {
      const form = openForm(header, options);
      forms.push(form);
      return form;
    };
    const { isEmpty } = await visitSheet(source, open, options.onWarning);
    const rows = await forms[0]?.finish() ?? [];
    checkHasRows(rows, { file, isEmpty });
    return arrangeRows(rows, { ...options, file });
  }, options);
}

/** What reads one form of sheet. */
interface SheetForm extends RowReader {
  finish(): SheetRow[] | Promise<SheetRow[]>;
}

/** Chooses the form by the header. */
function openForm(header: SheetHeader, options: ReadSampleSheetOptions): SheetForm {
  const { onNote = () => {}, onWarning = () => {}, control } = options;
  const listeners = { onNote, onWarning, wantsControls: control !== undefined };
  const lacking = lackingColumn(header);
  if (lacking !== undefined) {
    if (isEncodeHeader(header)) return new EncodeReader(header, { ...options, ...listeners });
    if (isNfCoreHeader(header)) return new NfCoreReader(header, { ...options, ...listeners });
    failHeader(header, lacking);
  }
  checkOwnOptions(header.file, options);
  return new OwnSheetReader(header, listeners);
}

/** Throws if an option is set that only the sheets of others take. */
function checkOwnOptions(file: string, { results, outputType }: ReadSampleSheetOptions): void {
  if (results === undefined && outputType === undefined) return;
  const flag = results === undefined ? "--output-type" : "--results";
  throw new ContractError(
    `Cannot use ${flag} with ${file}: it names its files itself, expected a sheet of nf-core or ENCODE`,
  );
}
