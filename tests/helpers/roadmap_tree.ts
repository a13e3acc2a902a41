/** A small tree of files as Roadmap's: alignments, the table of genes, the table of expression. */

import { gzipSync } from "node:zlib";
import { EVAL_CELL_TYPES } from "../../src/atlas/competition_cell_types.ts";
import { competitionGenes } from "../../src/atlas/competition_genes.ts";
import { ROADMAP_MARKS, roadmapPath } from "../../src/atlas/roadmap_tree.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";

/** Length of each chromosome, in base pairs: far shorter than the real ones, so that few reads meet many windows. */
export const CHROMOSOME_LENGTH = 3_000_000;
const CHROMOSOMES = [...Array.from({ length: 22 }, (_, i) => `${i + 1}`), "X", "Y"];
const READ_LENGTH = 36;

/** The chromosomes with their lengths, as `bedtools bedtobam -g` takes them. */
export const CHROMOSOME_SIZES = CHROMOSOMES.map((name) => `chr${name}\t${CHROMOSOME_LENGTH}\n`)
  .join("");

/** A gene of the tree. */
export interface TreeGene {
  readonly number: number;
  readonly chromosome: string;
  /** First position of the gene, counted from 1. */
  readonly start: number;
  /** Last position of the gene, counted from 1. */
  readonly end: number;
  readonly strand: 1 | -1;
}

/** What a tree holds. */
export interface TreeOptions {
  /** The cell types with alignments. */
  readonly cellTypes: readonly string[];
  /** Reads of each file; 3,000 by default. */
  readonly reads?: number;
  /** Reads of the file at a path. */
  readonly readsOf?: (path: string) => number;
  readonly seed?: number;
}

/** The files of a tree by path, and what they were made of. */
export interface Tree {
  readonly files: Map<string, Uint8Array<ArrayBuffer>>;
  readonly genes: readonly TreeGene[];
  /** The rows of each alignment file, by path. */
  readonly alignments: ReadonlyMap<string, string>;
  /** RPKM, `[gene][sample]`, of E000 and all 56 cell types in the order of `samples`. */
  readonly rpkm: readonly (readonly number[])[];
  readonly samples: readonly string[];
}

/** Makes a tree from a seed. */
export function makeTree(options: TreeOptions): Tree {
  const { cellTypes, reads = 3000, readsOf = () => reads, seed = 1 } = options;
  const genes = makeGenes(seed);
  const samples = ["E000", ...EVAL_CELL_TYPES.toSorted()];
  const rpkm = makeRpkm(samples.length, seed);
  const alignments = new Map<string, string>();
  for (const cellType of cellTypes) {
    for (const mark of ROADMAP_MARKS) {
      const stream = new RandomStream(deriveKey(seed, "reads", cellType, mark));
      const path = roadmapPath({ cellType, mark });
      alignments.set(path, makeAlignments(genes, readsOf(path), stream));
    }
  }
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  files.set(roadmapPath("genes"), encode(formatGenes(genes)));
  files.set(roadmapPath("expression"), gzip(formatRpkm(rpkm, samples)));
  for (const [path, text] of alignments) files.set(path, gzip(text));
  return { files, genes, alignments, rpkm, samples };
}

/** Writes the files of a tree below a directory. */
export async function writeTree({ files }: Pick<Tree, "files">, directory: string): Promise<void> {
  for (const [path, bytes] of files) {
    const name = `${directory}/${path}`;
    await Deno.mkdir(name.slice(0, name.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(name, bytes);
  }
}

/** Two gzip files joined into one, as `cat` makes them: cut between them, the first is sound by itself. */
export function gzipInTwo(text: string): {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Length of the first. */
  readonly first: number;
} {
  const middle = text.indexOf("\n", text.length / 2) + 1;
  const [first, second] = [gzip(text.slice(0, middle)), gzip(text.slice(middle))];
  return { bytes: Uint8Array.from([...first, ...second]), first: first.length };
}

/** Compresses a text. */
export function gzip(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(gzipSync(text));
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Genes in the table's order, which is not by number; some start so near an end that their window reaches past it. */
function makeGenes(seed: number): TreeGene[] {
  const stream = new RandomStream(deriveKey(seed, "genes"));
  return competitionGenes().map(({ number }): TreeGene => {
    const start = 1 + stream.below(CHROMOSOME_LENGTH - 1000);
    return {
      number,
      chromosome: CHROMOSOMES[stream.below(CHROMOSOMES.length)]!,
      start,
      end: start + stream.below(1000),
      strand: stream.below(2) === 0 ? 1 : -1,
    };
  });
}

function formatGenes(genes: readonly TreeGene[]): string {
  const rows = genes.map(({ number, chromosome, start, end, strand }) =>
    `${
      formatId(number)
    }\t${chromosome}\t${start}\t${end}\t${strand}\tprotein_coding\tG${number}\tgene ${number}\n`
  );
  const others = "ENSG00000999999\tHSCHR6_MHC_APD\t1\t2\t1\tpseudogene\t\t\nLRG_1\t1\t5\t9\t1\n";
  return others + rows.reverse().join("");
}

function formatId(number: number): string {
  return `ENSG${String(number).padStart(11, "0")}`;
}

function makeRpkm(samples: number, seed: number): number[][] {
  const stream = new RandomStream(deriveKey(seed, "rpkm"));
  return competitionGenes().map(() => {
    const level = Math.exp(3 * stream.normal() - 1);
    return Array.from(
      { length: samples },
      () => stream.below(3) === 0 ? 0 : Math.round(1000 * level * stream.uniform()) / 1000,
    );
  });
}

/** As Roadmap has it: three decimals, and a tab at the end of each line; but not by ascending gene. */
function formatRpkm(rpkm: readonly (readonly number[])[], samples: readonly string[]): string {
  const rows = competitionGenes().map(({ number }, gene) =>
    `${formatId(number)}\t${rpkm[gene]!.map((value) => value.toFixed(3)).join("\t")}\t\n`
  );
  return `gene_id\t${samples.join("\t")}\t\n${rows.reverse().join("")}`;
}

/** Reads near genes and elsewhere, unsorted as to position; some overlap two bins, some begin or end a window. */
function makeAlignments(
  genes: readonly TreeGene[],
  reads: number,
  stream: RandomStream,
): string {
  const rows = Array.from({ length: reads }, () => {
    const { chromosome, start, end, strand } = genes[stream.below(genes.length)]!;
    const tss = strand === 1 ? start : end;
    const isNear = stream.below(4) > 0;
    const place = isNear ? tss - 5100 + stream.below(10_200) : stream.below(CHROMOSOME_LENGTH);
    const from = Math.max(0, Math.min(place, CHROMOSOME_LENGTH - READ_LENGTH));
    return `chr${chromosome}\t${from}\t${from + READ_LENGTH}\tN\t1000\t${
      stream.below(2) ? "+" : "-"
    }\n`;
  });
  return rows.join("");
}
