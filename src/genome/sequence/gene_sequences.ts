import { formatCount } from "../../base/count.ts";
import { MAX_EXTENT } from "../../base/limits.ts";
import { LETTERS_WANTED, SequencePacker, type UnknownBases } from "../../base/sequence_packer.ts";
import { type GeneSequences, NO_SEQUENCE } from "../../base/sequences.ts";
import { withWatchedHooks } from "../../base/watched_hook.ts";
import type { Orientation, SequenceRecord, TssRule } from "../../record.ts";
import { FormatError } from "../../errors.ts";
import { agreeOnAssembly, identifyAssembly } from "../assembly.ts";
import type { ChromosomeAliases } from "../chromosome_aliases.ts";
import { checkAssembly, chromosomeMatcher, matchChromosome } from "../chromosomes.ts";
import type { Gene } from "../gene.ts";
import { type ChromosomeWindows, geneWindows } from "../windows.ts";
import { listSome } from "../wording.ts";
import type { Chromosome, Genome } from "./genome.ts";
import { reverseComplement } from "./reverse_complement.ts";
import type { AbortOptions, OnProgress } from "../../progress.ts";

/** Options of {@linkcode readGeneSequences}. */
export interface GeneSequencesOptions extends AbortOptions {
  /**
   * How far a window reaches from the TSS to either side, in base pairs.
   *
   * @default {5000}
   */
  readonly halfWidthBp?: number | undefined;
  /**
   * Whether the letters of genes on the minus strand are the reverse complement of the genome's, from upstream to
   * downstream, or the genome's own.
   *
   * @default {"transcript"}
   */
  readonly orientation?: Orientation | undefined;
  /**
   * What N and the other letters of IUPAC that stand for several bases become.
   *
   * @default {"none"}
   */
  readonly unknownAs?: UnknownBases | undefined;
  /**
   * What the windows are centred on; those that were given as intervals are where they were given.
   *
   * @default {"gene"}
   */
  readonly tss?: TssRule | undefined;
  /**
   * The assembly that the genome must be of, if the lengths of its chromosomes tell.
   *
   * @default {any}
   */
  readonly assembly?: string | undefined;
  /** Further names of chromosomes. */
  readonly chromosomeAliases?: ChromosomeAliases | undefined;
  /** Called with a sentence if some genes have no sequence. */
  readonly onWarning?: ((warning: string) => void) | undefined;
  /** Called from time to time with the number of genes read. */
  readonly onProgress?: OnProgress | undefined;
}

/** The DNA of genes, and what it is. */
export interface ReadGeneSequences {
  /** Genes with one window share an entry; genes on chromosomes that the genome lacks have none. */
  readonly sequences: GeneSequences;
  /** For the record of the data. */
  readonly record: SequenceRecord;
  /** The assembly that the lengths of the genome's chromosomes identify; `undefined` if they do not tell. */
  readonly assembly: string | undefined;
}

/**
 * Reads the DNA around the TSS of genes. The TSS's base has the place `halfWidthBp` on both strands: a window is
 * `[tss - h, tss + h)`, 0-based half-open, and one base further right for genes on the minus strand in `transcript`
 * orientation; see `geneWindows`. Bases past an end of a chromosome are not known.
 *
 * @param genes The genes, in the order of the data.
 * @param genome The genome, as `openGenome` opens it.
 * @param options Which bases, and how they are kept.
 * @returns The sequences by gene, and their record.
 * @throws {RangeError} If the half-width is not an integer from 1 to 32,768, or a TSS is not a position.
 * @throws {ContractError} If the genome is of another assembly, lacks all chromosomes of the genes, or one is shorter than
 * a TSS; or if a window without a strand is to be read in transcript orientation.
 * @throws {FormatError} If the file is damaged, or its index is of another file.
 *
 * @example A gene on either strand
 * ```ts
 * import { openGenome, readGeneSequences } from "@waka/histone/genome";
 * import { bytesSource, sequenceLetters } from "@waka/histone/io";
 * import { deepStrictEqual } from "node:assert";
 *
 * const genome = await openGenome(bytesSource(new TextEncoder().encode(">chr1\nAACCGGTTag\n"), "toy.fa"));
 * const genes = [
 *   { id: "a", chromosome: "chr1", tss: 3, strand: "+", line: 1 },
 *   { id: "b", chromosome: "chr1", tss: 8, strand: "-", line: 2 },
 * ] as const;
 * const { sequences } = await readGeneSequences(genes, genome, { halfWidthBp: 2 });
 * const letters = [0, 1].map((gene) => sequenceLetters(sequences, sequences.entryOf[gene]!));
 * deepStrictEqual(letters, ["ACCG", "NctA"]);
 * genome.close();
 * ```
 */
export async function readGeneSequences(
  genes: readonly Gene[],
  genome: Genome,
  options: GeneSequencesOptions = {},
): Promise<ReadGeneSequences> {
  return await withWatchedHooks(options, (watched) => readAll(genes, genome, watched));
}

async function readAll(
  genes: readonly Gene[],
  genome: Genome,
  options: GeneSequencesOptions,
): Promise<ReadGeneSequences> {
  const { halfWidthBp = 5000, orientation = "transcript", unknownAs = "none" } = options;
  const { tss, chromosomeAliases } = options;
  if (!Number.isInteger(halfWidthBp) || halfWidthBp < 1 || 2 * halfWidthBp > MAX_EXTENT) {
    throw new RangeError(
      `Cannot read sequences: halfWidthBp is ${halfWidthBp}, expected an integer from 1 to ${
        MAX_EXTENT / 2
      }`,
    );
  }
  const windows = geneWindows(genes, { binSizeBp: 1, halfWidthBp, orientation, tss });
  const places = await placeWindows(genes, windows.chromosomes, { genome, options });
  const assembly = identifyAssembly(
    [...places.values()].map(({ chromosome: { name, length } }) => ({ name, length })),
    chromosomeAliases,
  );
  agreeOnAssembly([{ file: genome.name, assembly }], options.assembly);
  const bases = 2 * halfWidthBp;
  const packer = new SequencePacker(bases, { unknownAs, entries: genes.length });
  const entryOf = new Uint32Array(genes.length).fill(NO_SEQUENCE);
  const reader = { genes, packer, entryOf, isFlipped: orientation === "transcript" };
  const { onProgress, signal } = options;
  signal?.throwIfAborted();
  let done = 0;
  const report = () => {
    signal?.throwIfAborted();
    onProgress?.({ done: ++done, total: genes.length, unit: "genes" });
  };
  for (const [contig, { windows }] of places) {
    const chromosome = await genome.chromosome(contig);
    signal?.throwIfAborted();
    await readWindows(chromosome, windows, reader, report);
    // What a chromosome keeps is freed with it.
    places.delete(contig);
  }
  return {
    sequences: { ...packer.finish(), entryOf },
    record: {
      bases,
      tssBase: halfWidthBp,
      orientation,
      unknownAs,
      source: `${fileNameOf(genome.name)}, ${genome.size} bytes`,
    },
    assembly,
  };
}

/** The last part of a path or an address, without a query. */
function fileNameOf(name: string): string {
  return name.replace(/[?#].*$/, "").split(/[/\\]/).at(-1)!;
}

/** A sequence of the genome, and the windows on it. */
interface PlacedWindows {
  readonly chromosome: Pick<Chromosome, "name" | "length">;
  /** First bases, and genes. */
  readonly windows: { start: number; gene: number }[];
}

/** Finds the sequences on which windows lie. */
async function placeWindows(
  genes: readonly Gene[],
  chromosomes: readonly ChromosomeWindows[],
  { genome, options: { chromosomeAliases: aliases, onWarning } }: {
    readonly genome: Genome;
    readonly options: GeneSequencesOptions;
  },
): Promise<Map<string, PlacedWindows>> {
  const match = chromosomeMatcher(genome.names, aliases);
  const places = new Map<string, PlacedWindows>();
  const missing: Gene[] = [];
  for (const { chromosome, chromosomeAlias, starts, geneIndex } of chromosomes) {
    const contig = matchChromosome(match, { chromosome, chromosomeAlias });
    if (contig === undefined) {
      for (const gene of geneIndex) missing.push(genes[gene]!);
      continue;
    }
    const { name, length } = places.get(contig)?.chromosome ?? await genome.chromosome(contig);
    const placed = places.get(contig) ?? { chromosome: { name, length }, windows: [] };
    places.set(contig, placed);
    for (const [i, gene] of geneIndex.entries()) placed.windows.push({ start: starts[i]!, gene });
  }
  // Names that were not asked for have no length here.
  const contigs = genome.names.map((name) => places.get(name)?.chromosome ?? { name });
  checkAssembly(genes, contigs, { file: genome.name, aliases });
  if (missing.length > 0) onWarning?.(describeMissing(missing, genes.length, genome.name));
  for (const { windows } of places.values()) windows.sort((a, b) => a.start - b.start);
  return places;
}

function describeMissing(missing: readonly Gene[], genes: number, file: string): string {
  const names = [...new Set(missing.map(({ chromosome }) => chromosome))];
  return `${file} lacks the chromosomes of ${formatCount(missing.length)} of ${
    formatCount(genes)
  } genes (${listSome(names)}), such as "${
    missing[0]!.id
  }": they have no sequence. Is it of another assembly?`;
}

/** What windows are read into. */
interface WindowReader {
  readonly genes: readonly Gene[];
  readonly packer: SequencePacker;
  readonly entryOf: Uint32Array;
  /** Whether windows on the minus strand are turned around. */
  readonly isFlipped: boolean;
}

const PAST_END = "N".charCodeAt(0);

async function readWindows(
  chromosome: Chromosome,
  windows: PlacedWindows["windows"],
  { genes, packer, entryOf, isFlipped }: WindowReader,
  onRead: () => void,
): Promise<void> {
  const { bases } = packer;
  const within = (start: number): [number, number] => [
    Math.min(Math.max(start, 0), chromosome.length),
    Math.max(0, Math.min(start + bases, chromosome.length)),
  ];
  chromosome.willRead(windows.map(({ start }) => within(start)));
  const letters = new Uint8Array(bases);
  /** The entries of windows by where they start and whether they are turned around. */
  const known = new Map<string, number>();
  for (const { start, gene } of windows) {
    const isReverse = isFlipped && genes[gene]!.strand === "-";
    const key = `${start} ${isReverse}`;
    let entry = known.get(key);
    if (entry === undefined) {
      const [from, to] = within(start);
      letters.fill(PAST_END);
      letters.set(await chromosome.read(from, to), from - start);
      if (isReverse) reverseComplement(letters);
      entry = packer.length;
      const wrong = packer.add(letters);
      if (wrong >= 0) {
        throw new FormatError(
          `Cannot read sequence of "${genes[gene]!.id}": letter ${wrong + 1} is ${
            JSON.stringify(String.fromCharCode(letters[wrong]!))
          }, expected ${LETTERS_WANTED}`,
          { file: chromosome.name },
        );
      }
      known.set(key, entry);
    }
    entryOf[gene] = entry;
    onRead();
  }
}
