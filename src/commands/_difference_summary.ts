/** All that `differences` says of the genes together: as data for its JSON. */

import type { Dataset } from "../data/dataset.ts";
import { geneGroupIndices } from "../data/sample_groups.ts";
import {
  type ChangeAgreement,
  explainChanges,
  type ExplainedChanges,
  type GeneDifferences,
  measureChangeAgreement,
  type TrainedEnds,
} from "../explain/mod.ts";
import { pearson } from "../metrics/pearson.ts";
import { quantile } from "../metrics/quantile.ts";
import type { DifferenceFlags } from "./_difference_flags.ts";
import type { ComparedNames } from "./_difference_inputs.ts";
import { ProgressLine } from "./_progress.ts";

/** What one mark, or the context of a panel, adds to changes. */
export interface CarrierSummary {
  readonly name: string;
  /** Mean over genes of the absolute contribution. */
  readonly meanAbsolute: number;
  /** Its share of the sum of all of these. */
  readonly share: number;
  /** Share of genes whose change it carries. */
  readonly carries: number | null;
  /** Correlation of its contributions with the measured changes; `null` without these. */
  readonly pearson: number | null;
}

/** How nearly contributions add up to predicted changes. */
export interface Completeness {
  /** Sum of absolute remainders over that of absolute changes; `null` if nothing changes. */
  readonly relativeError: number | null;
  /** The largest absolute remainder, in the unit of the labels. */
  readonly largest: number;
  /** Its gene, as a place among those compared. */
  readonly gene: number;
}

/** Agreement of some of the genes. */
export interface NamedAgreement extends ChangeAgreement {
  readonly name: string;
}

/** Everything about the genes together. */
export interface DifferenceSummary {
  readonly completeness: Completeness;
  readonly carriers: readonly CarrierSummary[];
  /** Of all genes, of thirds by the size of the measured change, and of those that are new; empty without labels. */
  readonly agreement: readonly NamedAgreement[];
  /** What predicted changes explain of fold changes, or else of the data's own measured changes; absent without any. */
  readonly explained?: ExplainedChanges | undefined;
}

/** The fewest genes of a part of the data that is looked at by itself. */
const FEWEST_OF_PART = 20;

/** Summarises differences. */
export function summariseDifferences(
  differences: GeneDifferences,
  { data, names, ends, flags, signal }: {
    readonly data: Dataset;
    readonly names: ComparedNames;
    readonly ends: readonly TrainedEnds[] | undefined;
    readonly flags: DifferenceFlags;
    readonly signal: AbortSignal;
  },
): DifferenceSummary {
  const { measured, changes } = differences;
  const draws = { samples: flags.bootstrap, seed: flags.seed };
  const units = unitsOf(differences, data);
  const levels = levelsOf(differences);
  const agreement = measured === undefined
    ? []
    : partsOf(measured.changes, ends).map(({ name, isIn }) => ({
      name,
      ...measureChangeAgreement(
        changes,
        measured.changes.map((change, gene) => isIn(gene) ? change : NaN),
        { ...draws, units, levels },
      ),
    }));
  const { foldChanges, sets } = names;
  const wanted = foldChanges?.log2FoldChanges ?? (sets && measured?.changes);
  const progress = new ProgressLine("gene sets");
  const explained = wanted && explainChanges(changes, wanted, {
    ...draws,
    units,
    qValues: foldChanges?.qValues,
    significance: flags.significance,
    sets: sets?.sets,
    leastGenes: flags.leastGenes,
    onProgress: ({ done, total }) => progress.update({ done, total, label: "testing" }),
    signal,
  });
  progress.clear();
  return {
    completeness: measureCompleteness(differences),
    carriers: summariseCarriers(differences, wanted ?? measured?.changes),
    agreement,
    ...(explained && { explained }),
  };
}

/** Transcripts of one gene are one unit. */
function unitsOf({ genes }: GeneDifferences, data: Dataset): number[] {
  const groups = new Map<number, number>();
  const groupOf = geneGroupIndices(data);
  for (const [position, gene] of data.geneIndices().entries()) groups.set(gene, groupOf[position]!);
  return Array.from(genes, (gene) => groups.get(gene)!);
}

/** The mean predicted level of both sides: genes of a like one are exchanged. */
function levelsOf({ fromPredictions, toPredictions }: GeneDifferences): Float64Array {
  return fromPredictions.map((level, gene) => level + toPredictions[gene]!);
}

/** A part of the genes. */
interface GenePart {
  readonly name: string;
  readonly isIn: (gene: number) => boolean;
}

/** All genes, thirds by the absolute measured change, and genes by whether they were trained on. */
function partsOf(changes: Float64Array, ends: readonly TrainedEnds[] | undefined): GenePart[] {
  const parts: GenePart[] = [{ name: "all genes", isIn: () => true }];
  const sizes = changes.map(Math.abs);
  const sorted = sizes.filter((size) => !Number.isNaN(size)).sort();
  if (sorted.length >= 3 * FEWEST_OF_PART) {
    const [low, high] = [quantile(sorted, 1 / 3), quantile(sorted, 2 / 3)];
    parts.push(
      { name: "least changed third", isIn: (gene) => sizes[gene]! <= low },
      { name: "middle third", isIn: (gene) => sizes[gene]! > low && sizes[gene]! <= high },
      { name: "most changed third", isIn: (gene) => sizes[gene]! > high },
    );
  }
  const kinds = [["neither", "new on both sides"], ["both", "trained on both sides"]] as const;
  const present = kinds.filter(([kind]) => {
    const count = ends?.filter((end) => end === kind).length ?? 0;
    return count >= FEWEST_OF_PART && count < ends!.length;
  });
  for (const [kind, name] of present) parts.push({ name, isIn: (gene) => ends![gene] === kind });
  return parts;
}

function measureCompleteness({ remainders, changes }: GeneDifferences): Completeness {
  const sizes = remainders.map(Math.abs);
  const gene = sizes.reduce((most, size, place) => size > sizes[most]! ? place : most, 0);
  const all = sumOf(changes.map(Math.abs));
  return { relativeError: all === 0 ? null : sumOf(sizes) / all, largest: sizes[gene]!, gene };
}

function summariseCarriers(
  { marks, contributions, context, carriedBy }: GeneDifferences,
  measured: Float64Array | undefined,
): CarrierSummary[] {
  const genes = carriedBy.mark.length;
  const columns = [
    ...marks.map((name, mark) => ({
      name,
      values: Float64Array.from(
        { length: genes },
        (_, gene) => contributions[gene * marks.length + mark]!,
      ),
      carries: carriedBy.mark.filter((carrier) => carrier === mark).length / genes,
    })),
    ...(context ? [{ name: "context", values: context, carries: null }] : []),
  ];
  const sizes = columns.map(({ values }) => sumOf(values.map(Math.abs)));
  const all = sumOf(sizes);
  return columns.map(({ name, values, carries }, i) => ({
    name,
    meanAbsolute: sizes[i]! / genes,
    share: all === 0 ? 0 : sizes[i]! / all,
    carries,
    pearson: measured === undefined ? null : correlate(values, measured),
  }));
}

function correlate(values: Float64Array, measured: Float64Array): number | null {
  const known = [...measured.keys()].filter((gene) => !Number.isNaN(measured[gene]!));
  const r = pearson(known.map((gene) => values[gene]!), known.map((gene) => measured[gene]!));
  return Number.isNaN(r) ? null : r;
}

function sumOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}
