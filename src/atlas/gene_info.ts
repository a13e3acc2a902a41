/**
 * Reads Roadmap's table of genes, `Ensembl_v65.Gencode_v10.ENSG.gene_info`.
 *
 * @module
 */

import { formatCountOf } from "../base/count.ts";
import { FormatError } from "../errors.ts";
import type { BinarySource } from "../files/open_source.ts";
import { ensemblGeneId, ensemblGeneNumber } from "../gene_id.ts";
import type { Gene, Strand } from "../genome/gene.ts";
import { visitTextLines } from "../genome/text_lines.ts";
import { failLine, type Line, lineText, withSource } from "../text/lines.ts";
import { competitionGenes } from "./competition_genes.ts";
import type { AbortOptions } from "../progress.ts";

/** Options of {@linkcode readRoadmapGenes}. */
export interface ReadRoadmapGenesOptions extends AbortOptions {
  /**
   * Numbers of the wanted genes.
   *
   * @default {The competition's genes.}
   */
  readonly numbers?: readonly number[] | undefined;
  /** Called with a warning about genes that the table has at two places, of which the first is taken. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

const STRANDS: ReadonlyMap<string, Strand> = new Map([["1", "+"], ["+1", "+"], ["-1", "-"]]);
const EXAMPLES = 5;

/**
 * Reads the positions of genes from Roadmap's table, gzip or not: gene id, chromosome, start, end, strand (1 or −1) and
 * further columns between tabs, without a header.
 *
 * The `tss` of a gene is the number in the table as it stands: its start on the plus strand, its end on the minus strand.
 * The table counts positions from 1 and a `tss` counts from 0, so it is the base after the first transcribed one. The
 * published windows of DeepChrome are laid so: of TSPAN6, whose row ends at 99894988, they have chrX:99884988-99904988.
 * Our reading is that the competition's are too. One base less would move every fiftieth read into or out of a bin.
 *
 * @param input Path of the table, or a source of its bytes.
 * @param options The wanted genes.
 * @returns The wanted genes in their order.
 * @throws {FormatError} If a wanted gene is missing, or its row lacks a chromosome, two positions or a strand.
 * @see Singh et al. 2016, Bioinformatics 32:i639 (DeepChrome); its windows are in the data of Frasca et al. 2022, BMC
 * Bioinformatics 23:151.
 *
 * @example A gene on the minus strand
 * ```ts
 * import { readRoadmapGenes } from "@waka/histone/atlas";
 * import { bytesSource } from "@waka/histone/io";
 * import { strictEqual } from "node:assert";
 *
 * const row = "ENSG00000000003\tX\t99883667\t99894988\t-1\tprotein_coding\tTSPAN6\ttetraspanin 6\n";
 * const source = bytesSource(new TextEncoder().encode(row), "gene_info");
 * const [gene] = await readRoadmapGenes(source, { numbers: [3] });
 * strictEqual(gene?.tss, 99_894_988);
 * strictEqual(gene.strand, "-");
 * ```
 */
export async function readRoadmapGenes(
  input: BinarySource,
  options: ReadRoadmapGenesOptions = {},
): Promise<Gene[]> {
  const { numbers = competitionGenes().map(({ number }) => number) } = options;
  return await withSource(input, async (source, { onWarning }) => {
    const wanted = new Set(numbers);
    const genes = new Map<number, Gene>();
    const elsewhere = new Set<number>();
    await visitTextLines(source, (line) => {
      const [id = "", ...cells] = splitLine(line);
      const number = ensemblGeneNumber(id);
      if (number === undefined || !wanted.has(number)) return;
      const gene = readGene(number, cells, { line, file: source.name });
      const earlier = genes.get(number);
      if (earlier === undefined) genes.set(number, gene);
      else if (!isSamePlace(earlier, gene)) elsewhere.add(number);
    }, onWarning);
    refuseMissing(numbers.filter((number) => !genes.has(number)), source.name);
    warnOfSecondPlaces(elsewhere, source.name, onWarning);
    return numbers.map((number) => genes.get(number)!);
  }, options);
}

/** The cells of a row that have something in them: positions precede the columns that may be empty. */
function splitLine(line: Line): string[] {
  return lineText(line).split(/\t+/).map((cell) => cell.trim());
}

function readGene(
  number: number,
  [chromosome = "", start, end, strandText = ""]: readonly string[],
  { line, file }: { readonly line: Line; readonly file: string },
): Gene {
  const id = ensemblGeneId(number);
  const strand = STRANDS.get(strandText);
  const [from, to] = [start, end].map(readPosition);
  if (chromosome === "" || strand === undefined || !(from! <= to!)) {
    failLine(
      file,
      line,
      `Cannot read the position of ${id}: found "${
        [chromosome, start, end, strandText].join(" ")
      }", expected a chromosome, its start, its end, and 1 or -1 for the strand`,
    );
  }
  return { id, chromosome, tss: strand === "+" ? from! : to!, strand, line: line.number };
}

function readPosition(text: string | undefined): number {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : NaN;
}

function isSamePlace(one: Gene, other: Gene): boolean {
  return one.chromosome === other.chromosome && one.tss === other.tss &&
    one.strand === other.strand;
}

function refuseMissing(missing: readonly number[], file: string): void {
  if (missing.length === 0) return;
  throw new FormatError(
    `Cannot read the positions of genes: ${
      formatCountOf(missing.length, "gene")
    } of the competition ${missing.length === 1 ? "is" : "are"} missing (${listGenes(missing)})`,
    { file },
  );
}

function warnOfSecondPlaces(
  numbers: ReadonlySet<number>,
  file: string,
  onWarning: ReadRoadmapGenesOptions["onWarning"],
): void {
  if (numbers.size === 0) return;
  onWarning?.(
    `${file} has ${formatCountOf(numbers.size, "gene")} at several places (${
      listGenes([...numbers])
    }): the first is taken`,
  );
}

/** Lists the first few of some genes by their ids. */
export function listGenes(numbers: readonly number[]): string {
  const some = numbers.slice(0, EXAMPLES).map(ensemblGeneId).join(", ");
  return numbers.length > EXAMPLES ? `${some}, …` : some;
}
