/** Text files: annotations, expression, sheets, tables, and rows of reads, signal and peaks. */

import { isPlainLine } from "../../base/printable.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { readMeme } from "../../motifs/mod.ts";
import { describeFasta } from "./_genome.ts";
import type { Head } from "./_head.ts";
import { describeAliases, describeTranscriptGenes } from "./_names.ts";
import { describeGenes, describeRows } from "./_rows.ts";
import { describeCsv, describeExpression, describeSheet, describeTable } from "./_tables.ts";
import { DIGITS, factsOf, type TextFile } from "./_text_file.ts";
import { type Description, listFacts, someOf } from "./facts.ts";

/** Kinds by how the text starts. */
const STARTS: readonly (readonly [start: RegExp, kind: string, what: string])[] = [
  [/^@(HD|SQ|RG|PG|CO)\t/, "sam", "SAM text, which is not read: make BAM of it with samtools sort"],
  [/^@[^\n]*\n[A-Za-z.]*\n\+/, "fastq", "FASTQ: reads that are not aligned, which are not counted"],
  [/^##fileformat=VCF/, "vcf", "VCF: variants"],
  [
    /^(track [^\n]*\n)?(fixed|variable)Step /,
    "wiggle",
    "wiggle text: make bigWig of it with wigToBigWig",
  ],
  [
    /^<!DOCTYPE html>\n<!-- @waka\/histone: page of a data set/,
    "data-page",
    "a page of a data set",
  ],
  [/^<!DOCTYPE html>[^]*– run report<\/title>/, "run-report", "the report of a run"],
  [/^<!DOCTYPE html>\n<!-- @waka\/histone: page of motifs/, "motifs-page", "a page of motifs"],
  [
    /^<!DOCTYPE html>\n<!-- @waka\/histone: (page of a gene|index of genes|page of attributions)/,
    "explanation-page",
    "a page of explained genes",
  ],
  [/^\s*<(!DOCTYPE html|html)/i, "html", "an HTML page"],
];

/** Describes a text file by its first lines and, unless it is large, by all of it. */
export async function describeText(
  path: string,
  source: ByteSource,
  head: Head,
): Promise<Description | undefined> {
  if (head.text.startsWith(">")) return await describeFasta(path);
  if (/^(#[^\n]*\n|\s)*MEME version \d/.test(head.text)) {
    return await describeMotifs({ path, source, head, lines: [] });
  }
  const known = STARTS.find(([start]) => start.test(head.text));
  if (known !== undefined) return { kind: known[1], what: known[2], facts: [] };
  const lines = head.text.split(/\r?\n/)
    .filter((line) => line.trim() !== "" && !/^("?#|track |browser )/.test(line));
  const file = { path, source, head, lines };
  const commented = /^#[^\n]*\t/.exec(head.text)?.[0].slice(1);
  for (const describe of [describeCsv, describeSheet, describeTable, describeRows, describeGenes]) {
    const found = await describe(file, commented);
    if (found !== undefined) return found;
  }
  return describeSizes(file) ?? await describeAliases(file) ?? describeTranscriptGenes(file) ??
    await describeExpression(file) ?? describeList(file) ?? describeEmpty(file);
}

/** Motifs in MEME's format, as `motifs` writes them. */
async function describeMotifs(file: TextFile): Promise<Description> {
  return {
    kind: "meme",
    what: "motifs in MEME's format",
    ...await factsOf(file, async () => {
      const motifs = await readMeme(file.source);
      const names = motifs.map(({ name }) => name);
      const positions = motifs.map(({ matrix }) => matrix.length);
      const [least, most] = [Math.min(...positions), Math.max(...positions)];
      return listFacts([
        ["motifs", "motifs", names.slice(0, 100), someOf(names)],
        ["positions", "positions", most, least === most ? `${most} each` : `${least} to ${most}`],
      ]);
    }),
  };
}

/** Chromosomes with their lengths; two columns of genes and counts look alike but for the names. */
function describeSizes({ lines, head }: TextFile): Description | undefined {
  const rows = lines.slice(0, 50).map((line) => line.split("\t"));
  const isSize = ([name = "", length = "", ...more]: readonly string[]) =>
    /^(chr\w+|\d{1,2}|[XYM]|MT|[A-Z]{2}_?\d+\.\d+)$/.test(name) && /^\d{4,}$/.test(length) &&
    more.every((cell) => DIGITS.test(cell));
  if (rows.length === 0 || !rows.every(isSize)) return undefined;
  return {
    kind: "chromosome-sizes",
    what: "lengths of chromosomes",
    facts: listFacts([["rows", "rows", head.isWhole ? lines.length : undefined]]),
  };
}

/** Comments alone, and lines for genome browsers, as tools write them that found nothing. */
function describeEmpty({ lines, head }: TextFile): Description | undefined {
  if (lines.length > 0 || !head.isWhole) return undefined;
  return {
    kind: "unknown",
    what: "text without rows: comments or lines for browsers alone",
    facts: [],
  };
}

/** Lists of names. */
function describeList({ lines, head }: TextFile): Description | undefined {
  const rows = lines.slice(0, 50).map((line) => line.split("\t"));
  if (rows.length === 0) return undefined;
  const count = listFacts([["rows", "rows", head.isWhole ? lines.length : undefined]]);
  if (
    lines.every((line) => /^[^\s,;]+$/.test(line) && isPlainLine(line)) &&
    rows.every((row) => row.length === 1)
  ) {
    return { kind: "list", what: "a list of names, one a line", facts: count };
  }
  return undefined;
}
