/** Errors by gene, from which those of any other draw of genes follow (Efron 1979, The Annals of Statistics 7:1). */

import { deriveKey, RandomStream } from "../../../src/random.ts";
import { geneGroupAxis } from "../../../src/validation/axis.ts";
import { COMPETITION_ROWS, type Regime, REGIMES } from "../../../src/validation/mod.ts";
import type { Suite } from "./suite.ts";

/** Weight of each regime in the mix, `[regime]`. */
export const MIX_WEIGHTS: readonly number[] = REGIMES.map((regime) => COMPETITION_ROWS[regime]);

const BOOTSTRAP_SAMPLES = 1000;

/** A regime, or the mix of all in the competition's proportions. */
export type Scope = Regime | "mix";

/** Predictions `[seed][fold][position]`. */
export type SeedPredictions = readonly (readonly Float32Array[])[];

/** Sums of squared errors by gene, `[regime][gene]`, and of samples. */
export interface GeneErrors {
  readonly squares: readonly Float64Array[];
  readonly counts: readonly Float64Array[];
}

/** Errors by scope; NaN without samples. */
export type ScopeErrors = Readonly<Record<Scope, number>>;

/** Where each test sample of a suite belongs. */
export interface Layout {
  readonly suite: Suite;
  readonly geneCount: number;
  /** `[fold][position]` */
  readonly labels: readonly Float64Array[];
  /** `[fold][position]`: place of the gene among all of the suite. */
  readonly genes: readonly Uint32Array[];
  /** `[fold][position]`: place in REGIMES, −1 for none. */
  readonly regimes: readonly Int8Array[];
}

export function layOut(suite: Suite): Layout {
  const numbers = new Map<string, number>();
  const genes = suite.folds.map(({ test }) => {
    const axis = geneGroupAxis(test);
    const places = axis.names.map((name) => {
      const number = numbers.get(name) ?? numbers.size;
      numbers.set(name, number);
      return number;
    });
    return axis.placeOfRow.map((place) => places[place]!);
  });
  return {
    suite,
    geneCount: numbers.size,
    labels: suite.folds.map(({ test }) => test.labels()),
    genes,
    regimes: suite.folds.map(({ kinds }) =>
      Int8Array.from(kinds, (kind) => REGIMES.findIndex((regime) => regime === kind))
    ),
  };
}

export function sumErrors(values: SeedPredictions, layout: Layout): GeneErrors {
  const zeros = () => REGIMES.map(() => new Float64Array(layout.geneCount));
  const [squares, counts] = [zeros(), zeros()];
  for (const ofSeed of values) {
    for (const [fold, predicted] of ofSeed.entries()) {
      const { [fold]: regimes } = layout.regimes;
      for (let row = 0; row < predicted.length; row++) {
        const regime = regimes![row]!;
        if (regime < 0) continue;
        const gene = layout.genes[fold]![row]!;
        squares[regime]![gene]! += (predicted[row]! - layout.labels[fold]![row]!) ** 2;
        counts[regime]![gene]!++;
      }
    }
  }
  return { squares, counts };
}

/** Errors if each gene counts as often as `times` says, `[gene]`. */
export function mseOf({ squares, counts }: GeneErrors, times: Uint8Array): ScopeErrors {
  const errors = REGIMES.map((_, regime) => {
    let [sum, count] = [0, 0];
    const [ofGene, samples] = [squares[regime]!, counts[regime]!];
    for (let gene = 0; gene < times.length; gene++) {
      sum += times[gene]! * ofGene[gene]!;
      count += times[gene]! * samples[gene]!;
    }
    return sum / count;
  });
  const rows = MIX_WEIGHTS.reduce((sum, weight) => sum + weight, 0);
  const mix = errors.reduce((sum, error, regime) => sum + error * MIX_WEIGHTS[regime]! / rows, 0);
  const [newGene = NaN, newCellType = NaN, bothNew = NaN] = errors;
  return { newGene, newCellType, bothNew, mix };
}

/** Counts the samples and the genes that are judged in each scope. */
export function countScopes(
  { genes, regimes }: Layout,
): { readonly rows: Readonly<Record<Scope, number>>; readonly genes: Record<Scope, number> } {
  const places = Object.fromEntries(REGIMES.map((regime, place) => [regime, place]));
  const select = (scope: Scope) =>
    genes.flatMap((ofRow, fold) =>
      Array.from(ofRow).filter((_, row) => {
        const place = regimes[fold]![row]!;
        return scope === "mix" ? place >= 0 : place === places[scope];
      })
    );
  const [newGene, newCellType, bothNew, mix] = [...REGIMES, "mix" as const].map(select);
  const selected = { newGene: newGene!, newCellType: newCellType!, bothNew: bothNew!, mix: mix! };
  const count = (of: (genes: number[]) => number) => ({
    newGene: of(selected.newGene),
    newCellType: of(selected.newCellType),
    bothNew: of(selected.bothNew),
    mix: of(selected.mix),
  });
  return { rows: count(({ length }) => length), genes: count((rows) => new Set(rows).size) };
}

/** Draws genes with replacement: new ones and those that were trained on separately, as many as there are of each. */
export function* drawGenes({ geneCount, genes, regimes }: Layout): Generator<Uint8Array> {
  const isNew = new Uint8Array(geneCount);
  const isThere = new Uint8Array(geneCount);
  const place = REGIMES.indexOf("newCellType");
  for (const [fold, ofRow] of genes.entries()) {
    ofRow.forEach((gene, row) => {
      isThere[gene] = 1;
      if (regimes[fold]![row] !== place) isNew[gene] = 1;
    });
  }
  const all = Array.from({ length: geneCount }, (_, gene) => gene);
  const strata = [0, 1].map((kind) =>
    all.filter((gene) => isThere[gene] === 1 && isNew[gene] === kind)
  );
  const stream = new RandomStream(deriveKey(0, "real benchmark", "bootstrap"));
  for (let draw = 0; draw < BOOTSTRAP_SAMPLES; draw++) {
    const times = new Uint8Array(geneCount);
    for (const stratum of strata) {
      for (let i = 0; i < stratum.length; i++) times[stratum[stream.below(stratum.length)]!]!++;
    }
    yield times;
  }
}
