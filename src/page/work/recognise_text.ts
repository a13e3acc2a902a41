/** Finds out what a text file is, by its first lines and its name. */

import { signalFormat } from "../../genome/mod.ts";
import type { FileRole } from "../protocol.ts";
import { adviceOnKind, type Recognised } from "./recognised.ts";

const SIGNAL_WORDS = {
  bed: "Reads or intervals in BED",
  bedgraph: "Signal in bedGraph",
  peaks: "Peaks",
} as const;

/** Finds out what a text is, of which the beginning is given. */
export function recogniseText(name: string, text: string): Recognised {
  const lines = text.split(/\r?\n/).slice(0, 60);
  const data = lines.filter((line) => line.trim() !== "" && !/^(#|track|browser)/.test(line));
  const [first = ""] = data;
  if (/^\s*<(!doctype|html|\?xml)/i.test(text)) {
    return unknown("A web page", "it is a web page, not data: did its download ask for something?");
  }
  if (/"layers-model"|"modelTopology"/.test(text)) return plain("model", "A model's layers");
  if (/^[>;]/.test(first)) return plain("genome", "Genome, FASTA; counting needs none");
  const cells = splitCells(first);
  if (isSheet(cells)) return plain("sheet", "Sample sheet");
  if (isAnnotation(name, data)) return plain("annotation", "Genes");
  const format = textFormat(name);
  if (format !== undefined) {
    if (isGeneBed(data)) return { role: "annotation", about: "Genes in BED" };
    return { role: "signal", format, about: SIGNAL_WORDS[format] };
  }
  if (isExpression(data)) return plain("expression", "Expression");
  try {
    signalFormat(name);
  } catch (error) {
    return unknown("Text", adviceOnKind(error, name));
  }
  return unknown("Text", "its name says that it is binary, but it is text: is it the right file?");
}

function plain(role: FileRole, about: string): Recognised {
  return { role, about };
}

function unknown(about: string, problem: string): Recognised {
  return { role: "unknown", about, problem };
}

function splitCells(line: string): string[] {
  const separator = line.includes("\t") ? "\t" : line.includes(";") ? ";" : ",";
  return line.split(separator).map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
}

function isSheet(cells: readonly string[]): boolean {
  const keys = new Set(cells.map((cell) => cell.toLowerCase().replaceAll(/[\s_]/g, "")));
  return ["celltype", "mark", "path"].every((key) => keys.has(key));
}

/** Whether lines are those of GTF, GFF3, genePred, refFlat, BioMart's table or a table of genes. */
function isAnnotation(name: string, lines: readonly string[]): boolean {
  if (/\.(gtf|gff3?|genepred|refflat)(\.txt)?(\.b?gz)?$/i.test(name)) return true;
  const [first = ""] = lines;
  const header = splitCells(first).map((cell) => cell.toLowerCase());
  const places = header.some((cell) => /chrom/.test(cell)) &&
    header.some((cell) => /tss|transcription start|gene start/.test(cell));
  if (places || isBounds(header)) return true;
  return lines.slice(0, 3).some((line) => {
    const cells = line.split("\t");
    const isGff = cells.length === 9 && /^\d+$/.test(cells[3]!) && /^\d+$/.test(cells[4]!) &&
      /^[+.?-]$/.test(cells[6]!);
    const isGenePred = cells.length >= 10 && cells.slice(2, 5).some((cell) =>
      /^[+-]$/.test(cell)
    ) &&
      cells.some((cell) => /^(\d+,)+$/.test(cell));
    return isGff || isGenePred;
  });
}

/** Whether titles are those of SAF, or of a data frame of R's GRanges. featureCounts adds a length and the counts to SAF's. */
function isBounds(titles: readonly string[]): boolean {
  const has = (...names: readonly string[]) => names.some((name) => titles.includes(name));
  if (!has("start") || !has("end") || !has("strand")) return false;
  return has("seqnames") ? has("width") : has("chr") && titles.length === 5;
}

function textFormat(name: string): "bed" | "bedgraph" | "peaks" | undefined {
  try {
    const format = signalFormat(name);
    return format === "bed" || format === "bedgraph" || format === "peaks" ? format : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the names of BED's intervals are those of genes or transcripts. */
function isGeneBed(lines: readonly string[]): boolean {
  const names = lines.slice(0, 20).map((line) => splitCells(line)[3] ?? "");
  return names.length > 0 &&
    names.every((name) => /^(ENS[A-Z]*[GT]\d{6,}|[NX][MR]_\d+)/.test(name));
}

/** Titles of a column of genes, which may be Entrez numbers. Where row names have no title, the corner is empty. */
const GENE_TITLE = /^(?:|.*gene.*|.*entrez.*|.*ncbi.*|id)$/i;

/**
 * Whether lines are a table whose rows begin with a name, or with a number below a title of genes, and have a number at least.
 * As R writes tables, blanks may stand between cells.
 */
function isExpression(lines: readonly string[]): boolean {
  const [header = [], ...rows] = lines.slice(0, 6).map((line) =>
    /[\t;,]/.test(line) ? splitCells(line) : line.trim().split(/ +/)
  );
  const mayBeNumbers = GENE_TITLE.test(header[0]!) &&
    header.slice(1).every((cell) => /\p{L}/u.test(cell));
  return rows.length > 0 && rows.every((cells) =>
    cells.length >= 2 &&
    (/[A-Za-z]/.test(cells[0]!) || mayBeNumbers && /^\d+$/.test(cells[0]!)) &&
    cells.slice(1).some((cell) => cell !== "" && Number.isFinite(Number(cell)))
  );
}
