import { COMPETITION_RECORD } from "../record.ts";
import {
  type DerivativeOptions,
  type DerivedSample,
  differentiateLabel,
  localCorrelations,
} from "./derivatives.ts";
import { drawSample } from "./expression.ts";
import { MARK_COUNT } from "./genes.ts";
import type { Member } from "./layout.ts";
import type { SimulationSettings } from "./options.ts";

/** The most samples over which derivatives are averaged. */
const MOST_SAMPLES = 200;

/**
 * What each bin of each mark says of the label, as means over samples of train. Of an activity that is estimated from all
 * counts of a window, with their noise and with all that blurs them, this is how much the expected label follows each count.
 */
export interface MarkTruth {
  /** Number of samples that the means are of: all of train, or 200 that are spread over it evenly. */
  readonly samples: number;
  /** Mean absolute derivative of the expected label by ln(1 + count), by mark, `[bin]`. */
  readonly derivatives: Readonly<Record<string, readonly number[]>>;
  /** Mean absolute product of that derivative and ln(1 + count): what attributions to counts should be like, `[bin]`. */
  readonly contributions: Readonly<Record<string, readonly number[]>>;
}

/** Averages the derivatives of the expected label over samples of train. */
export function describeMarks(
  train: readonly Member[],
  { settings, labelAt }: Pick<DerivativeOptions, "settings" | "labelAt">,
): MarkTruth {
  const { bins } = settings;
  const options = { settings, labelAt, local: localCorrelations(bins) };
  const derivatives = new Float64Array(bins * MARK_COUNT);
  const contributions = new Float64Array(bins * MARK_COUNT);
  const samples = chooseSamples(train, settings);
  for (const sample of samples) {
    const found = differentiateLabel(sample, options);
    found.derivatives.forEach((derivative, i) => {
      const size = Math.abs(derivative) / samples.length;
      derivatives[i]! += size;
      contributions[i]! += size * Math.log1p(found.rates[i]!);
    });
  }
  const byMark = (values: Float64Array) =>
    Object.fromEntries(COMPETITION_RECORD.marks.map((name, mark) => [
      name,
      Array.from({ length: bins }, (_, bin) => roundValue(values[bin * MARK_COUNT + mark]!)),
    ]));
  return {
    samples: samples.length,
    derivatives: byMark(derivatives),
    contributions: byMark(contributions),
  };
}

/** Chooses samples that are spread over all evenly. */
function chooseSamples(train: readonly Member[], settings: SimulationSettings): DerivedSample[] {
  const all = train.reduce((sum, { genes }) => sum + genes.length, 0);
  const count = Math.min(all, MOST_SAMPLES);
  const chosen: DerivedSample[] = [];
  let first = 0;
  for (const { cellType, genes } of train) {
    for (
      let next = Math.floor(chosen.length * all / count);
      chosen.length < count && next < first + genes.length;
      next = Math.floor(chosen.length * all / count)
    ) {
      const gene = genes[next - first]!;
      const { activity, lasting } = drawSample(gene, cellType, settings);
      chosen.push({ gene, cellType, activity, lasting });
    }
    first += genes.length;
  }
  return chosen;
}

/** Four digits are more than the approximation has. */
function roundValue(value: number): number {
  return Number(value.toPrecision(4));
}
