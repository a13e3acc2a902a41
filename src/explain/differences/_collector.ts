/** Puts the changes of all genes together, block by block, and averages them over the models. */

import { studentQuantile } from "../../metrics/student_t.ts";
import type { Direction } from "../bin_places.ts";
import type { BlockChanges } from "./_block.ts";
import type { DifferencePlan } from "./_plan.ts";
import type { GeneDifferences, MeasuredChanges } from "./difference_types.ts";
import { countPlaces, type MarkLayout } from "./_mark_layout.ts";

/** Share of a mark's contribution that the span of bins holds. */
const SPAN_SHARE = 0.5;

/** Collects what models say of genes. */
export class GeneCollector {
  readonly #plan: DifferencePlan;
  readonly #layout: MarkLayout;
  readonly #models: number;
  readonly #from: Float64Array<ArrayBuffer>;
  readonly #to: Float64Array<ArrayBuffer>;
  readonly #changes: Float64Array<ArrayBuffer>;
  readonly #spread: Float64Array<ArrayBuffer>;
  readonly #contributions: Float64Array<ArrayBuffer>;
  readonly #context: Float64Array<ArrayBuffer>;
  readonly #remainders: Float64Array<ArrayBuffer>;
  readonly #profiles: Float64Array<ArrayBuffer>;
  readonly #directions = new Uint32Array(2);
  readonly #places: Float32Array<ArrayBuffer> | undefined;
  readonly #carriedBy: Readonly<Record<"mark" | "startBin" | "endBin", Int32Array>>;

  constructor(plan: DifferencePlan, layout: MarkLayout, models: number) {
    const genes = plan.genes.length;
    const marks = layout.marks.length;
    const values = countPlaces(layout) * marks;
    const column = () => new Float64Array(genes);
    this.#plan = plan;
    this.#layout = layout;
    this.#models = models;
    this.#from = column();
    this.#to = column();
    this.#changes = column();
    this.#spread = column();
    this.#contributions = new Float64Array(genes * marks);
    this.#context = column();
    this.#remainders = column();
    this.#profiles = new Float64Array(2 * values);
    this.#places = plan.keepsPlaces ? new Float32Array(genes * values) : undefined;
    const none = () => new Int32Array(genes).fill(-1);
    this.#carriedBy = { mark: none(), startBin: none(), endBin: none() };
  }

  /**
   * Adds a block.
   *
   * @param first The block's first gene.
   * @param found What each model says.
   */
  add(first: number, found: readonly BlockChanges[]): void {
    const mean = (column: keyof BlockChanges) => meanOver(found.map((block) => block[column]));
    const changes = mean("changes");
    this.#from.set(mean("from"), first);
    this.#to.set(mean("to"), first);
    this.#changes.set(changes, first);
    this.#spread.set(spreadOver(found.map((block) => block.changes), changes), first);
    const context = mean("context");
    this.#context.set(context, first);
    const [places, whole] = [mean("places"), mean("whole")];
    const size = places.length / changes.length;
    this.#places?.set(places, first * size);
    for (const [gene, change] of changes.entries()) {
      const own = places.subarray(gene * size, (gene + 1) * size);
      this.#addGene(first + gene, { change, context: context[gene]!, places: own, whole, gene });
    }
  }

  #addGene(
    place: number,
    { change, context, places, whole, gene }: {
      readonly change: number;
      readonly context: number;
      readonly places: Float64Array;
      readonly whole: Float64Array;
      readonly gene: number;
    },
  ): void {
    const marks = this.#layout.marks.length;
    const totals = this.#contributions.subarray(place * marks, (place + 1) * marks);
    totals.set(whole.subarray(gene * marks, (gene + 1) * marks));
    for (let i = 0; i < places.length; i++) totals[i % marks]! += places[i]!;
    this.#remainders[place] = change - context - totals.reduce((sum, value) => sum + value, 0);
    if (change === 0) return;
    const direction = change < 0 ? 0 : 1;
    this.#directions[direction]!++;
    this.#addProfile(direction, places, this.#plan.genes[place]!.direction);
    this.#findCarrier(place, { sign: Math.sign(change), totals, places });
  }

  /** Adds a gene to the profile of its direction of change, turned to run along transcription. */
  #addProfile(change: number, places: Float64Array, direction: Direction): void {
    const marks = this.#layout.marks.length;
    const first = change * places.length;
    const count = places.length / marks;
    for (let i = 0; i < places.length; i++) {
      const [place, mark] = [Math.floor(i / marks), i % marks];
      const to = direction === -1 ? count - 1 - place : place;
      this.#profiles[first + to * marks + mark]! += places[i]!;
    }
  }

  /** Finds the mark that adds most in the direction of the change, and the shortest span with half of it. */
  #findCarrier(
    place: number,
    { sign, totals, places }: {
      readonly sign: number;
      readonly totals: Float64Array;
      readonly places: Float64Array;
    },
  ): void {
    const marks = totals.length;
    let carrier = -1;
    for (let mark = 0; mark < marks; mark++) {
      const added = sign * totals[mark]!;
      if (added > 0 && (carrier < 0 || added > sign * totals[carrier]!)) carrier = mark;
    }
    this.#carriedBy.mark[place] = carrier;
    if (carrier < 0) return;
    const own = Float64Array.from(
      { length: places.length / marks },
      (_, at) => sign * places[at * marks + carrier]!,
    );
    const span = shortestSpan(own);
    if (span === undefined) return;
    const { placeBins } = this.#layout;
    this.#carriedBy.startBin[place] = placeBins[span[0]]!;
    this.#carriedBy.endBin[place] = placeBins[span[1]]!;
  }

  /** The columns of all genes. */
  finish(): GeneDifferences {
    const { from, to, genes, confidence } = this.#plan;
    const size = this.#profiles.length / 2;
    const count = (direction: number) => Math.max(1, this.#directions[direction]!);
    const [changes, spread, models] = [this.#changes, this.#spread, this.#models];
    const width = models > 1
      ? studentQuantile((1 + confidence) / 2, models - 1) / Math.sqrt(models)
      : undefined;
    const measured = measureChanges(this.#plan);
    return {
      from,
      to,
      genes: Uint32Array.from(genes, ({ gene }) => gene),
      fromSamples: Uint32Array.from(genes, ({ from }) => from.length),
      toSamples: Uint32Array.from(genes, ({ to }) => to.length),
      fromPredictions: this.#from,
      toPredictions: this.#to,
      changes,
      models,
      ...(width !== undefined && {
        spread,
        low: changes.map((change, gene) => change - width * spread[gene]!),
        high: changes.map((change, gene) => change + width * spread[gene]!),
      }),
      ...(measured && { measured }),
      marks: this.#layout.marks,
      contributions: this.#contributions,
      ...(this.#layout.hasContext && { context: this.#context }),
      remainders: this.#remainders,
      carriedBy: this.#carriedBy,
      directions: Int8Array.from(genes, ({ direction }) => direction),
      placeBins: this.#layout.placeBins,
      profiles: this.#profiles.map((sum, i) => sum / count(i < size ? 0 : 1)),
      ...(this.#places && { places: this.#places }),
    };
  }
}

/** The mean over models, value by value. */
function meanOver(columns: readonly Float64Array[]): Float64Array<ArrayBuffer> {
  const mean = new Float64Array(columns[0]!.length);
  for (const column of columns) {
    for (let i = 0; i < mean.length; i++) mean[i]! += column[i]! / columns.length;
  }
  return mean;
}

/** The standard deviation over models, value by value; 0 for one model. */
function spreadOver(columns: readonly Float64Array[], mean: Float64Array): Float64Array {
  const squares = new Float64Array(mean.length);
  for (const column of columns) {
    for (let i = 0; i < mean.length; i++) squares[i]! += (column[i]! - mean[i]!) ** 2;
  }
  return squares.map((sum) => Math.sqrt(sum / Math.max(1, columns.length - 1)));
}

/**
 * The shortest span whose values add up to half of all; of several, the one with the largest sum.
 *
 * @returns Its first place and the one after its last; `undefined` unless the sum of all is above 0.
 */
export function shortestSpan(
  values: Float64Array,
): readonly [start: number, end: number] | undefined {
  const sums = new Float64Array(values.length + 1);
  for (const [i, value] of values.entries()) sums[i + 1] = sums[i]! + value;
  const wanted = SPAN_SHARE * sums[values.length]!;
  if (!(wanted > 0)) return undefined;
  for (let length = 1; length < values.length; length++) {
    let best = 0;
    for (let start = 1; start + length <= values.length; start++) {
      if (sums[start + length]! - sums[start]! > sums[best + length]! - sums[best]!) best = start;
    }
    if (sums[best + length]! - sums[best]! >= wanted) return [best, best + length];
  }
  return [0, values.length];
}

/** The measured changes; `undefined` if nothing was measured. */
function measureChanges({ genes, measured }: DifferencePlan): MeasuredChanges | undefined {
  if (measured === undefined) return undefined;
  const mean = (positions: readonly number[]) =>
    positions.reduce((sum, position) => sum + measured[position]!, 0) / positions.length;
  const from = Float64Array.from(genes, (gene) => mean(gene.from));
  const to = Float64Array.from(genes, (gene) => mean(gene.to));
  return { from, to, changes: to.map((value, gene) => value - from[gene]!) };
}
