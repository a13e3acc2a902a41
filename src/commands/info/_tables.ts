/** Sample sheets, tables of expression and predictions, and the competition's and DeepChrome's text files. */

import {
  type ExpressionTable,
  readExpressionTable,
  readSampleSheet,
  VALUE_KINDS,
} from "../../genome/mod.ts";
import { readInflated } from "../../genome/gunzip.ts";
import { readSequences } from "../../genome/mod.ts";
import { bytesSource, readPredictions } from "../../io/mod.ts";
import { describeDeepchrome } from "./_data.ts";
import { factsOf, type TextFile } from "./_text_file.ts";
import { type Description, grouped, listFacts, someOf } from "./facts.ts";

/** A gene, and enough letters of IUPAC to be its DNA. */
const SEQUENCE_ROW = /^"?[^,\t"]+"?[,\t]"?[ACGTURYSWKMBDHVN]{20,}"?\s*$/i;

/** DeepChrome's rows, sequences, and files of ids with a number. */
export async function describeCsv(file: TextFile): Promise<Description | undefined> {
  const [first = ""] = file.lines;
  // R and spreadsheets put quotes around values.
  const cells = first.replace(/[" ]/g, "").split(",");
  if (/^"?id"?[,\t]"?expression"?$/.test(first)) {
    return {
      kind: "submission",
      what: "labels or predictions by id, as the competition's submissions",
      ...await factsOf(file, async () => {
        const { ids } = await readPredictions(file.source);
        return listFacts([["rows", "rows", ids.length, someOf(ids)]]);
      }),
    };
  }
  // The first line may be a header.
  if (SEQUENCE_ROW.test(file.lines[1] ?? first)) {
    return {
      kind: "sequences",
      what: "DNA around the TSS of genes (gene id, sequence)",
      ...await factsOf(file, async () => {
        const { genes, sequences: { bases } } = await readSequences(file.source);
        return listFacts([
          ["genes", "genes", genes.length, someOf(genes)],
          ["lengthBp", "length", bases, `${grouped(bases)} bp each`],
        ]);
      }),
    };
  }
  const isNumeric = cells.length >= 4 && cells.every((cell) => /^-?\d+(\.\d+)?$/.test(cell));
  if (!isNumeric || Number(cells[1]) !== 1 || file.head.compression !== "none") return undefined;
  return await describeDeepchrome(file.path, file.source.size);
}

/** Sample sheets of this package, of nf-core and of ENCODE. */
export async function describeSheet(
  file: TextFile,
  commented?: string,
): Promise<Description | undefined> {
  const header = (commented ?? file.lines[0] ?? "").toLowerCase().replace(/["_ -]/g, "");
  const keys = header.split(/[\t,;]/).map((key) => key.trim());
  const has = (...names: string[]) => names.every((name) => keys.includes(name));
  const what = has("celltype", "mark", "path")
    ? "a sample sheet"
    : has("sample", "fastq1")
    ? "a samplesheet of nf-core"
    : has("group", "replicate", "fastq1")
    ? "a samplesheet of nf-core"
    : has("fileaccession", "outputtype")
    ? "ENCODE's table of files (metadata.tsv)"
    : undefined;
  if (what === undefined) return undefined;
  if (what !== "a sample sheet") {
    const rows = file.head.isWhole ? file.lines.length - 1 : undefined;
    return {
      kind: "sample-sheet",
      what,
      facts: listFacts([["rows", "rows", rows], ["columns", "columns", keys.length]]),
    };
  }
  return {
    kind: "sample-sheet",
    what,
    ...await factsOf(file, async () => {
      const { entries } = await readSampleSheet(file.path, {
        replicates: "sum",
        missingMarks: "mask",
      });
      const cellTypes = [...new Set(entries.map(({ cellType }) => cellType))];
      const marks = [...new Set(entries.map(({ mark }) => mark))];
      return listFacts([
        ["files", "files", entries.length],
        ["cellTypes", "cell types", cellTypes, someOf(cellTypes)],
        ["marks", "marks", marks, someOf(marks)],
      ]);
    }),
  };
}

/** Tables that this package writes, by the columns of their header. */
const TABLES: readonly (readonly [columns: readonly string[], kind: string, what: string])[] = [
  [
    ["cell_type", "gene_id", "attribution_sum"],
    "explained-samples",
    "samples that were explained (samples.tsv of explain)",
  ],
  [
    ["cell_type", "gene_id", "input", "attribution"],
    "attributions",
    "what each value adds to predictions (attributions.tsv of explain)",
  ],
  [
    ["cell_type", "gene_id", "mark", "attribution"],
    "mark-attributions",
    "what each mark adds to predictions (marks.tsv of explain)",
  ],
  [
    ["expression", "input", "mean_attribution"],
    "attribution-summary",
    "mean attributions by mark and bin (summary.tsv of explain)",
  ],
  [["cell_type", "gene_id", "prediction"], "predictions", "a table of predictions"],
  [["fold", "epoch", "train_loss"], "folds", "losses of folds (folds.csv)"],
  [["member", "epoch", "loss"], "history", "losses of an ensemble's members (members.csv)"],
  [["epoch", "loss"], "history", "losses by epoch (history.csv)"],
];

/** Tables that commands write. */
export function describeTable({ lines, head }: TextFile): Promise<Description | undefined> {
  const columns = (lines[0] ?? "").split(/[\t,]/);
  const found = TABLES.find(([wanted]) => wanted.every((name) => columns.includes(name)));
  if (found === undefined) return Promise.resolve(undefined);
  return Promise.resolve({
    kind: found[1],
    what: found[2],
    facts: listFacts([
      ["rows", "rows", head.isWhole ? lines.length - 1 : undefined],
      ["columns", "columns", columns, columns.join(", ")],
    ]),
  });
}

/** A table that inflates to more is described by its start: each of its cells takes many bytes in memory. */
const MOST_BYTES = 2 ** 26;

async function inflatesToLess({ source, head }: TextFile, most: number): Promise<boolean> {
  if (head.compression === "none" || source.size > most) return source.size <= most;
  let bytes = 0;
  for await (const piece of readInflated(source, { mayLackEnd: true })) {
    bytes += piece.length;
    if (bytes > most) return false;
  }
  return true;
}

/** Tables of expression, which have no mark of their own: what the reader takes is one. */
export async function describeExpression(file: TextFile): Promise<Description | undefined> {
  if (file.lines.length < 2) return undefined;
  const isWhole = await inflatesToLess(file, MOST_BYTES);
  // The start of a large table shows its layout.
  const start = () => bytesSource(new TextEncoder().encode(file.head.text), file.source.name);
  try {
    const table = await readExpressionTable(isWhole ? file.source : start());
    const { cellTypes, rows, names, kind, program, nameTitles } = table;
    const ids = names[0];
    if (cellTypes.length === 0 || !isMostlyNumbers(table)) return undefined;
    return {
      kind: "expression",
      what: `a table of expression, ${rows} by ${
        cellTypes.length === 1 ? "one sample" : "samples"
      }`,
      facts: listFacts([
        ["samples", "samples", cellTypes, someOf(cellTypes)],
        [
          "rows",
          "rows",
          isWhole ? ids.length : undefined,
          `${grouped(ids.length)} ${rows}: ${someOf(ids).replace(/^[^:]*: /, "")}`,
        ],
        [
          "idColumns",
          "columns of ids",
          nameTitles,
          nameTitles.map((title) => title || "(no title)").join(", "),
        ],
        ["idKind", "ids", idKind(ids)],
        ["values", "values", kind !== undefined && VALUE_KINDS.includes(kind) ? kind : undefined],
        ["program", "program", program],
        ["read", "read", isWhole ? undefined : "start", "its start only, since it is large"],
      ]),
    };
  } catch {
    return undefined;
  }
}

/** Whether a table holds numbers, as prose with a comma in each line does not. */
function isMostlyNumbers({ names, values, invalid, ragged }: ExpressionTable): boolean {
  const rows = names[0].length;
  const numbers = values.filter((value) => !Number.isNaN(value)).length;
  return rows > 0 && numbers > 0.5 * values.length && invalid.size <= 0.05 * values.length &&
    ragged.size <= 0.05 * rows;
}

function idKind(ids: readonly string[]): string {
  const some = ids.slice(0, 200);
  const share = (pattern: RegExp) => some.filter((id) => pattern.test(id)).length / some.length;
  if (share(/^ENS[A-Z]*G\d{6,}/) > 0.5) return "Ensembl genes";
  if (share(/^ENS[A-Z]*T\d{6,}/) > 0.5) return "Ensembl transcripts";
  if (share(/^\d+$/) > 0.5) return "numbers, as Entrez or the competition has them";
  return share(/^[NX][MR]_\d+/) > 0.5 ? "RefSeq" : "symbols or other names";
}
