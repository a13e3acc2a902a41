/** DNA that a file adds to the data which commands read. */

import { basename } from "node:path";
import { quotePath } from "../base/shell.ts";
import { formatCountOf } from "../base/count.ts";
import { attachSequences, countMaskedGenes } from "../data/attach_sequences.ts";
import type { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import type { SequenceTable } from "../genome/sequence/sequence_table.ts";
import { openSource } from "../files/open_source.ts";
import type { UnknownBases } from "../record.ts";
import { checkInputFile } from "./_input_file.ts";
import { ProgressLine } from "./_progress.ts";
import { warn } from "./_warn.ts";

/** Flags that name a file of sequences; see `declareSequences`. */
export interface SequenceFlags {
  readonly sequences?: string | undefined;
  readonly unknownBases?: UnknownBases | undefined;
}

/** The flags as a further command has them, after a space; empty without `--sequences`. */
export function formatSequenceFlags({ sequences, unknownBases }: SequenceFlags): string {
  if (sequences === undefined) return "";
  const unknown = unknownBases === undefined ? "" : ` --unknown-bases ${unknownBases}`;
  return ` --sequences ${quotePath(sequences)}${unknown}`;
}

/** A file that was read, and how. */
interface ReadFile {
  readonly key: string;
  readonly table: SequenceTable;
  readonly source: string;
}

/** The last file: training and test data take their sequences from one. */
let last: ReadFile | undefined;

/**
 * Gives data the sequences of a file, if one is named.
 *
 * @throws {ContractError} If no gene of the data is in it.
 */
export async function addSequences(
  data: Dataset,
  { sequences: file, unknownBases }: SequenceFlags,
): Promise<Dataset> {
  if (file === undefined) {
    if (unknownBases === undefined) return data;
    throw new ContractError(
      "Cannot use --unknown-bases: found no --sequences, expected the file whose N it is about",
    );
  }
  const unknownAs = unknownBases ?? "none";
  last = await readOnce(file, unknownAs);
  const { table, source } = last;
  if (data.hasSequences) {
    console.info(`Sequences: those of ${basename(file)} replace the data's own.`);
  }
  return attachSequences(data, table, {
    name: basename(file),
    orientation: "unknown",
    unknownAs,
    source,
  });
}

async function readOnce(file: string, unknownAs: UnknownBases): Promise<ReadFile> {
  await checkInputFile("--sequences", file);
  const source = await openSource(file);
  const progress = new ProgressLine();
  try {
    const { size, identity } = source;
    const key = JSON.stringify([file, size, identity?.modifiedMs, unknownAs]);
    if (last?.key === key) return last;
    // Two tables need not be in memory together.
    last = undefined;
    // Most data need no file of sequences: what reads it is loaded only here.
    const { readSequences } = await import("../genome/sequence/sequence_table.ts");
    const table = await readSequences(source, {
      unknownAs,
      onWarning: warn,
      onProgress: ({ done, total }) => progress.update({ done, total, label: "reading sequences" }),
    });
    return { key, table, source: `${basename(file)}, ${size} bytes` };
  } finally {
    progress.clear();
    source.close();
  }
}

/** Describes the sequences of data, such as `10,000 bases for 17,300 of 17,447 genes`. */
export function describeSequences(data: Dataset): string {
  const { masked, genes } = countMaskedGenes(data);
  const bases = formatCountOf(data.columns.sequences?.bases ?? 0, "base");
  if (masked === 0) return `${bases} for each of ${formatCountOf(genes, "gene")}`;
  const found = (genes - masked).toLocaleString("en-US");
  const others = masked === 1
    ? "one has no sequence"
    : `${masked.toLocaleString("en-US")} have no sequence`;
  return `${bases} for ${found} of ${
    formatCountOf(genes, "gene")
  }; ${others}, which models see as unknown bases`;
}
