/** The page over all genes that `explain` writes. */

import { formatCountOf } from "../base/count.ts";
import { writeFileAtomic } from "../files/file.ts";
import {
  type AttributionsPageInput,
  type ExpressionGroupProfile,
  type GenePageInput,
  type NullBand,
  renderAttributionsPage,
} from "../report/mod.ts";
import type { AttributionBlock } from "./_attribution_bytes.ts";
import { describeFeatures, type Feature } from "./_attribution_features.ts";
import { type NullTest, wholeOf } from "./_explanation_null.ts";
import { AttributionSummary, type ExpressionGroup } from "./_explanation_summary.ts";
import type { ExplanationWork } from "./_explanation_work.ts";
import { byBins } from "./_page_method.ts";
import { findTurned } from "./_turned_samples.ts";

/** Standard errors of a normal interval of 95%. */
const Z = 1.96;

const GROUP_NAMES: Readonly<Record<ExpressionGroup, string>> = {
  all: "all samples",
  low: "lowest third",
  middle: "middle third",
  high: "highest third",
};

/** What the page is made of besides the work. */
export interface AllGenesOptions {
  readonly blocks: AsyncIterable<AttributionBlock>;
  readonly shared: Pick<GenePageInput, "run" | "method" | "versions">;
  /** Expression of each sample by its position. */
  readonly expression: ReadonlyMap<number, number>;
  readonly test: NullTest | undefined;
  /** Name of the index of genes in the same folder, if there is one. */
  readonly indexFile: string | undefined;
}

/** Writes the page. */
export async function writeAllGenesPage(
  work: ExplanationWork,
  path: string,
  { blocks, shared, expression, test, indexFile }: AllGenesOptions,
): Promise<void> {
  const { data, chosen } = work;
  const { bins, marks } = data;
  const { runAlongTranscription, isTurned } = findTurned(data, chosen.genes);
  const record = runAlongTranscription
    ? { ...data.record, orientation: "transcript" as const }
    : data.record;
  const features = describeFeatures("signal", [bins, marks.length], { record, bins });
  const summary = new AttributionSummary({ data, features, expression, isTurned });
  for await (const block of blocks) {
    const { signal } = byBins(wholeOf(block, work), work).inputs;
    summary.add({ ...block, inputs: { signal: signal! } });
  }
  const groups = summary.groups.length === 1
    ? summary.groups
    : summary.groups.filter((group) => group !== "all");
  const input: AttributionsPageInput = {
    ...shared,
    record,
    bins,
    genes: chosen.genes.length,
    cellTypes: chosen.cellTypes,
    groups: groups.map((group) => profileOf(summary, group, features)),
    grouping: data.hasLabels
      ? "Samples are grouped by their measured expression."
      : "Samples are grouped by their predicted expression.",
    intervals:
      "Intervals are 95%, over genes: the samples of a gene in several cell types count as one.",
    nullBand: test &&
      bandOf(test, work, Math.min(...groups.map((group) => summary.genesOf(group)))),
    indexFile,
  };
  await writeFileAtomic(path, await renderAttributionsPage(input));
}

function profileOf(
  summary: AttributionSummary,
  group: ExpressionGroup,
  features: readonly Feature[],
): ExpressionGroupProfile {
  const found = features.map((_, i) => summary.meanOf(group, i));
  const genes = summary.genesOf(group);
  const half = found.map(({ sd, samples }) => samples < 2 ? NaN : Z * sd / Math.sqrt(genes));
  return {
    name: `${GROUP_NAMES[group]}, ${formatCountOf(genes, "gene")}`,
    samples: Math.max(...found.map(({ samples }) => samples)),
    attributions: {
      mean: found.map(({ mean }) => mean),
      low: found.map(({ mean }, i) => mean - half[i]!),
      high: found.map(({ mean }, i) => mean + half[i]!),
    },
    signal: found.map(({ meanSignal }) => meanSignal),
    ...(summary.hasQValues && {
      markedShare: found.map(({ significantShare }) => significantShare),
    }),
  };
}

/** Where the mean over so many genes of the null lies, in 95 of 100 cases. */
function bandOf(
  { nullAttributions }: NullTest,
  work: ExplanationWork,
  genes: number,
): NullBand | undefined {
  const { inputs: { signal }, rows } = byBins(nullAttributions.attributions, work);
  if (signal === undefined) return undefined;
  const { isTurned } = findTurned(work.data, work.chosen.genes);
  const turned = rows.map((row) => Number(isTurned(row)));
  const { marks: { length: marks }, bins } = work.data;
  const size = bins * marks;
  const low = new Float64Array(size).fill(NaN);
  const high = low.slice();
  for (let i = 0; i < size; i++) {
    let [count, sum, squares] = [0, 0, 0];
    const mirrored = (bins - 1 - Math.floor(i / marks)) * marks + i % marks;
    for (let sample = 0; sample < rows.length; sample++) {
      const value = signal.values[sample * size + (turned[sample] === 1 ? mirrored : i)]!;
      if (Number.isNaN(value)) continue;
      count++;
      sum += value;
      squares += value * value;
    }
    if (count < 2) continue;
    const mean = sum / count;
    const variance = Math.max(0, squares - count * mean * mean) / (count - 1);
    const half = Z * Math.sqrt(variance / genes);
    low[i] = mean - half;
    high[i] = mean + half;
  }
  return { low, high };
}
