import { findFirst } from "../base/search.ts";
import { chromosomeKey } from "../data/chromosomes.ts";
import type { Dataset } from "../data/dataset.ts";
import { cellTypeAxis, geneGroupAxis, placeGeneGroups } from "./axis.ts";
import { classifyRows } from "./regimes.ts";
import { hashSignal, SignalHashes } from "./_signal_hashes.ts";

/**
 * What could make a score on one part of a split look better than it is.
 *
 * - `shared-samples`: the same gene in the same cell type, or in a replicate of it, is in both parts.
 * - `copied-samples`: samples of both parts have the same signal, value for value, in a tenth of the bins or more.
 * - `shared-symbols`: genes with different identifiers have one symbol.
 * - `likely-replicates`: cell types whose names differ in the number of a replicate alone.
 * - `overlapping-windows`: genes have windows that overlap windows of genes in the other part.
 */
export type LeakKind =
  | "shared-samples"
  | "copied-samples"
  | "shared-symbols"
  | "likely-replicates"
  | "overlapping-windows";

/** A {@linkcode LeakKind} that was found. */
export interface Leak {
  /** What was found. */
  readonly kind: LeakKind;
  /** How many samples, genes or cell types of the part that is judged are concerned. */
  readonly count: number;
  /** How many samples, genes or cell types there are in that part. */
  readonly of: number;
  /** The first that were found, at most three: each of the part that is judged, with its counterpart. */
  readonly examples: readonly (readonly [judged: string, trained: string])[];
}

/** What {@linkcode findLeaks} found, and what it could not look for. */
export interface LeakReport {
  /** The leaks. */
  readonly leaks: readonly Leak[];
  /** Whether windows were compared: the data must say where genes lie. */
  readonly hasPlaces: boolean;
}

/**
 * Looks for what two parts of a split share although no gene or cell type of one need be in the other.
 *
 * @param train The samples that are trained on.
 * @param test The samples that a model is judged by. Labels are not needed.
 * @returns What was found.
 * @throws {ContractError} If cell types are in one group in one part and in several in the other.
 *
 * @example Two genes that start 200 bp apart
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { DEEPCHROME_RECORD } from "@waka/histone/record";
 * import { findLeaks } from "@waka/histone/validation";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset({
 *   signal: Uint8Array.of(4, 6, 2, 8), // [sample, bin, mark]
 *   labels: undefined,
 *   cellTypes: ["E003"],
 *   cellTypeIndex: Uint32Array.of(0, 0),
 *   genes: ["ENSG00000000003", "ENSG00000000005"],
 *   geneDetails: [{ chromosome: "chr1", tss: 5000 }, { chromosome: "chr1", tss: 5199 }],
 *   geneIndex: Uint32Array.of(0, 1),
 *   bins: 2, // of 100 bp
 *   record: { ...DEEPCHROME_RECORD, marks: ["H3K4me3"] },
 * });
 * const { leaks } = findLeaks(data.subset([0]), data.subset([1]));
 * strictEqual(leaks[0]?.kind, "overlapping-windows");
 * ```
 */
export function findLeaks(train: Dataset, test: Dataset): LeakReport {
  const windows = findOverlaps(train, test);
  const found = [
    findSharedSamples(train, test),
    findCopies(train, test),
    findSharedSymbols(train, test),
    findLikelyReplicates(train, test),
    windows,
  ];
  return {
    leaks: found.filter((leak) => leak !== undefined && leak.count > 0) as Leak[],
    hasPlaces: windows !== undefined,
  };
}

const MOST_EXAMPLES = 3;

/** Counts what was found. */
class LeakCount {
  readonly #examples: [string, string][] = [];
  #count = 0;

  add(judged: string, trained: string): void {
    if (this.#count++ < MOST_EXAMPLES) this.#examples.push([judged, trained]);
  }

  finish(kind: LeakKind, of: number): Leak {
    return { kind, count: this.#count, of, examples: this.#examples };
  }
}

function findSharedSamples(train: Dataset, test: Dataset): Leak {
  const found = new LeakCount();
  for (const [row, kind] of classifyRows(train, test).entries()) {
    const name = `${test.describeGene(row)} in ${test.cellTypeOf(row)}`;
    if (kind === "trained") found.add(name, name);
  }
  return found.finish("shared-samples", test.length);
}

function findCopies(train: Dataset, test: Dataset): Leak {
  const found = new LeakCount();
  const hashes = new SignalHashes(train);
  for (let row = 0; row < test.length; row++) {
    const hash = hashSignal(test, row);
    if (hash === undefined) continue;
    const others = hashes.rowsOf(hash);
    if (others.length === 0) continue;
    const signal = test.signalOf(row);
    const same = others.find((other) => {
      const values = train.signalOf(other);
      return values.length === signal.length && values.every((value, i) => value === signal[i]);
    });
    if (same === undefined) continue;
    found.add(
      `${test.describeGene(row)} in ${test.cellTypeOf(row)}`,
      `${train.describeGene(same)} in ${train.cellTypeOf(same)}`,
    );
  }
  return found.finish("copied-samples", test.length);
}

function findSharedSymbols(train: Dataset, test: Dataset): Leak {
  const found = new LeakCount();
  const symbols = new Map<string, number>();
  const genesOf = (data: Dataset) => [...new Set(data.geneIndices())];
  for (const gene of genesOf(train)) {
    const symbol = train.columns.geneDetails?.[gene]?.symbol;
    if (symbol !== undefined) symbols.set(symbol, gene);
  }
  const isTrained = findTrainedGenes(train, test);
  const genes = genesOf(test);
  for (const gene of genes) {
    const symbol = test.columns.geneDetails?.[gene]?.symbol;
    const other = symbol === undefined ? undefined : symbols.get(symbol);
    if (other === undefined || isTrained(test.columns.genes[gene]!)) continue;
    found.add(`${test.columns.genes[gene]} ${symbol}`, `${train.columns.genes[other]} ${symbol}`);
  }
  return found.finish("shared-symbols", genes.length);
}

/** Makes a function that tells whether a gene of the judged samples, or one of its transcripts, was trained on. */
function findTrainedGenes(train: Dataset, test: Dataset): (gene: string) => boolean {
  const places = placeGeneGroups(geneGroupAxis(train), test);
  const genes = test.geneIndices();
  const trained = new Set(
    Array.from([...genes.keys()].filter((row) => places[row]! >= 0), (row) => genes[row]!),
  );
  const indices = new Map(test.columns.genes.map((id, index) => [id, index]));
  return (gene) => trained.has(indices.get(gene) ?? -1);
}

/** A name that ends in the number of a replicate: `liver.1`, `liver_rep2`, `liver (replicate 2)`. */
const REPLICATE = /^(.*?)[\s._(-]*(?:bio|tech)?(?:rep|replicate)[\s._-]*\d+\)?$|^(.+?)\.\d{1,2}$/i;

function findLikelyReplicates(train: Dataset, test: Dataset): Leak {
  const found = new LeakCount();
  const [trained, judged] = [train, test].map((data) => cellTypeAxis(data).names);
  const stem = (name: string) => {
    const [, first, second] = REPLICATE.exec(name) ?? [];
    return first ?? second ?? name;
  };
  const byStem = new Map(trained!.map((name) => [stem(name), name]));
  for (const name of judged!) {
    const other = byStem.get(stem(name));
    if (other !== undefined && !trained!.includes(name)) found.add(name, other);
  }
  return found.finish("likely-replicates", judged!.length);
}

/** A gene's place on its chromosome. */
interface Place {
  readonly tss: number;
  readonly gene: string;
}

/** Finds genes whose windows overlap; `undefined` if no part says where its genes lie. */
function findOverlaps(train: Dataset, test: Dataset): Leak | undefined {
  const trained = placesByChromosome(train);
  const judged = placesByChromosome(test);
  if (trained.size === 0 || judged.size === 0) return undefined;
  const widthBp = test.bins * test.record.binSizeBp;
  const found = new LeakCount();
  const isTrained = findTrainedGenes(train, test);
  for (const [chromosome, places] of judged) {
    const others = trained.get(chromosome) ?? [];
    for (const { tss, gene } of places) {
      // A gene that is in both parts is not new; its regime says so.
      if (isTrained(gene)) continue;
      const nearest = nearestTo(others, tss);
      if (nearest !== undefined && Math.abs(nearest.tss - tss) < widthBp) {
        found.add(gene, nearest.gene);
      }
    }
  }
  return found.finish("overlapping-windows", new Set(test.geneIndices()).size);
}

/** The genes of some samples whose places are known, by chromosome, in order of their TSS. */
function placesByChromosome(data: Dataset): Map<string, Place[]> {
  const { genes, geneDetails } = data.columns;
  const places = new Map<string, Place[]>();
  for (const gene of new Set(data.geneIndices())) {
    const { chromosome, tss } = geneDetails?.[gene] ?? {};
    if (chromosome === undefined || tss === undefined) continue;
    const key = chromosomeKey(chromosome);
    const own = places.get(key) ?? [];
    places.set(key, own);
    own.push({ tss, gene: genes[gene]! });
  }
  for (const own of places.values()) own.sort((a, b) => a.tss - b.tss);
  return places;
}

/** The place that is nearest to a position, of places in order. */
function nearestTo(places: readonly Place[], tss: number): Place | undefined {
  const next = findFirst(places.length, (i) => places[i]!.tss >= tss);
  const [before, after] = [places[next - 1], places[next]];
  if (before === undefined || after === undefined) return before ?? after;
  return tss - before.tss <= after.tss - tss ? before : after;
}
