/** The pages of named genes that `explain` writes, with an index of them. */

import { formatCountOf } from "../base/count.ts";
import type { Dataset } from "../data/dataset.ts";
import { type Attributions, type Edit, predictEdits } from "../explain/mod.ts";
import { storedSignal } from "../explain/stored_signal.ts";
import { writeFileAtomic } from "../files/file.ts";
import { modelInputs } from "../model/inputs.ts";
import {
  type EditEffect,
  type GeneInCellType,
  genePageFiles,
  type GenePageInput,
  indexGene,
  renderGenePage,
  renderGenesIndex,
} from "../report/mod.ts";
import type { AttributionBlock } from "./_attribution_bytes.ts";
import { attributeOptionsOf, type ExplanationWork } from "./_explanation_work.ts";
import { wholeOf } from "./_explanation_null.ts";
import { findLikeSamples, type LikeSample } from "./_like_genes.ts";
import { byBins } from "./_page_method.ts";
import { predictWithProgress } from "./_predict.ts";
import { ProgressLine } from "./_progress.ts";

/** Of more named genes only the first have pages. */
export const MOST_PAGES = 50;
const MOST_LIKE = 5;

/** What pages are made of besides the work. */
export interface GenePagesOptions {
  readonly blocks: AsyncIterable<AttributionBlock>;
  /** What all pages say of the run and the method. */
  readonly shared: Pick<GenePageInput, "run" | "method" | "versions">;
  /** Name of the page over all genes in the same folder, if there is one. */
  readonly allGenesFile: string | undefined;
  readonly signal: AbortSignal;
}

/** What a page shows of one sample. */
interface SampleValues {
  readonly explained: number;
  readonly baselinePrediction: number | undefined;
  readonly attributions: Float32Array | undefined;
  readonly standardDeviations: Float32Array | undefined;
  readonly qValues: Float32Array | undefined;
  readonly letterAttributions: Float32Array | undefined;
  readonly otherInputs: readonly { readonly name: string; readonly sum: number }[];
}

/**
 * Writes the pages of genes.
 *
 * @param work The work.
 * @param folder Where to.
 * @returns Names of the files.
 */
export async function writeGenePages(
  work: ExplanationWork,
  folder: string,
  { blocks, shared, allGenesFile, signal }: GenePagesOptions,
): Promise<string[]> {
  const { data, chosen } = work;
  const genes = chosen.genes.slice(0, MOST_PAGES);
  const geneOf = data.geneIndices();
  const wanted = new Set(genes);
  const positions = Array.from(chosen.rows).filter((row) => wanted.has(geneOf[row]!));
  const values = await collectValues(work, blocks, new Set(positions));
  const like = findLikeSamples(data, positions, MOST_LIKE);
  const predictions = await predictAll(work, [positions, [...like.values()].flat()], signal);
  const edits = await knockOut(work, positions, signal);
  const labels = data.hasLabels ? data.labels() : undefined;
  const context = { data, values, like, predictions, edits, labels };
  const files = genePageFiles(genes.map((gene) => describeGene(data, gene)));
  const indexed = [];
  for (const [i, gene] of genes.entries()) {
    const own = positions.filter((position) => geneOf[position] === gene);
    const cellTypes = own.map((position) => describeSample(position, context));
    const input: GenePageInput = {
      ...shared,
      gene: describeGene(data, gene),
      letters: own[0] === undefined ? undefined : data.sequenceOf(own[0]),
      record: data.record,
      bins: data.bins,
      cellTypes,
      firstShown: findHighest(cellTypes),
      likeGenes: "Genes of the same cell type by Pearson's correlation of ln(1 + count) over all " +
        "bins and marks.",
      edits: edits === undefined
        ? undefined
        : "Each mark is replaced by that of 20 genes of the cell type that have least " +
          "of it and are most like this one in their other marks; the interval is 95%, over these genes and the models.",
      indexFile: "index.html",
    };
    await writeFileAtomic(`${folder}/${files[i]}`, await renderGenePage(input));
    indexed.push(indexGene(input, files[i]!));
  }
  const { run, method } = shared;
  const index = await renderGenesIndex({ run, method, genes: indexed, allGenesFile });
  await writeFileAtomic(`${folder}/index.html`, index);
  if (chosen.genes.length > genes.length) {
    console.info(
      `Pages: of the first ${MOST_PAGES} of ${formatCountOf(chosen.genes.length, "gene")}`,
    );
  }
  return [...files, "index.html"];
}

/** The place of the cell type with the highest prediction: where a gene is silent there is little to see. */
function findHighest(cellTypes: readonly GeneInCellType[]): number {
  let highest = 0;
  for (const [place, { prediction }] of cellTypes.entries()) {
    if (prediction > cellTypes[highest]!.prediction) highest = place;
  }
  return highest;
}

function describeGene({ columns }: Dataset, gene: number): GenePageInput["gene"] {
  const { symbol, chromosome, tss, strand } = columns.geneDetails?.[gene] ?? {};
  const isPlaced = chromosome !== undefined && tss !== undefined && strand !== undefined;
  return {
    id: columns.genes[gene]!,
    symbol,
    ...(isPlaced && { position: { chromosome, tss, strand } }),
  };
}

const INPUT_WORDS: Readonly<Record<string, string>> = {
  sequence: "DNA",
  references: "marks of the gene in other cell types",
  referenceLabels: "labels of the gene in other cell types",
  context: "statistics of the gene's labels",
  markMask: "which marks were measured",
};

async function collectValues(
  work: ExplanationWork,
  blocks: AsyncIterable<AttributionBlock>,
  positions: ReadonlySet<number>,
): Promise<ReadonlyMap<number, SampleValues>> {
  const { bins, marks } = work.data;
  const collected = new Map<number, SampleValues>();
  for await (const block of blocks) {
    if (!block.rows.some((row) => positions.has(row))) continue;
    const whole = wholeOf(block, work);
    const found = whole.method === "gradient" ? whole : byBins(whole, work);
    for (const [sample, position] of found.rows.entries()) {
      if (!positions.has(position)) continue;
      collected.set(position, valuesOf(found, sample, bins * marks.length));
    }
  }
  return collected;
}

function valuesOf(
  { method, predictions, baselinePredictions, inputs, rows }: Attributions,
  sample: number,
  size: number,
): SampleValues {
  const { signal, ...others } = inputs;
  // Whole marks that were occluded are of no bin.
  const isByBin = signal?.values.length === rows.length * size;
  const pick = (values: Float32Array | undefined) =>
    isByBin ? values?.slice(sample * size, (sample + 1) * size) : undefined;
  return {
    explained: predictions[sample]!,
    baselinePrediction: baselinePredictions?.[sample],
    attributions: pick(signal?.values),
    standardDeviations: pick(signal?.standardDeviations),
    qValues: pick(signal?.qValues),
    letterAttributions: others.sequence && rowOf(others.sequence.values, sample, rows.length),
    // Neither derivatives nor effects of different letters have a sum.
    otherInputs: method === "gradient" || method === "mutagenesis"
      ? []
      : Object.entries(others).map(([name, { values }]) => {
        const own = rowOf(values, sample, rows.length);
        const sum = own.reduce((total, value) => Number.isNaN(value) ? total : total + value, 0);
        return { name: INPUT_WORDS[name] ?? name, sum };
      }),
  };
}

/** The values of one sample of a block. */
function rowOf(
  values: Float32Array<ArrayBuffer>,
  sample: number,
  samples: number,
): Float32Array<ArrayBuffer> {
  const width = values.length / samples;
  return values.slice(sample * width, (sample + 1) * width);
}

/** Predicts samples with all that belongs to the model, such as the effects of genes. */
async function predictAll(
  { models, data, flags, unlabelled }: ExplanationWork,
  [positions, like]: readonly [readonly number[], readonly LikeSample[]],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, number>> {
  const all = [...new Set([...positions, ...like.map(({ position }) => position)])]
    .sort((a, b) => a - b);
  const { mean } = await predictWithProgress(models, data.subset(all), {
    ...flags,
    unlabelled,
    signal,
    printsNotes: false,
  });
  return new Map(all.map((position, i) => [position, mean[i]!]));
}

/** The effects of knocking each mark out, by position; `undefined` for models that read no marks. */
async function knockOut(
  work: ExplanationWork,
  positions: readonly number[],
  signal: AbortSignal,
): Promise<ReadonlyMap<number, readonly EditEffect[]> | undefined> {
  const { models, data, flags } = work;
  if (!modelInputs(models[0]!.spec).some(({ name }) => name === "signal" || name === "summary")) {
    return undefined;
  }
  const edits = positions.flatMap((position) =>
    data.marks.filter((mark) => data.hasMark(position, mark)).map((mark): Edit => ({
      id: `${position} ${mark}`,
      gene: data.geneOf(position),
      cellType: data.cellTypeOf(position),
      steps: [{ kind: "remove", marks: [mark], to: "low" }],
    }))
  );
  const progress = new ProgressLine("edits");
  const { engine, threads, unlabelled, dropMarks, acceptAssembly } = attributeOptionsOf(work);
  const found = new Map<number, EditEffect[]>();
  const effects = predictEdits(models, data, {
    engine,
    threads,
    unlabelled,
    dropMarks,
    acceptAssembly,
    edits,
    seed: flags.seed,
    signal,
    onProgress: ({ done, total }) => progress.update({ done, total, label: "editing" }),
  });
  for await (const block of effects) {
    for (const { edit, position, effect, low, high, unlike } of block) {
      const own = found.get(position) ?? [];
      own.push({
        edit: `${edit.id.slice(edit.id.indexOf(" ") + 1)} removed`,
        effect,
        ...(!Number.isNaN(low) && { interval: { low, high } }),
        ...(unlike !== "" && { note: unlike }),
      });
      found.set(position, own);
    }
  }
  progress.clear();
  return found;
}

/** What samples are described from. */
interface SampleContext {
  readonly data: Dataset;
  readonly values: ReadonlyMap<number, SampleValues>;
  readonly like: ReadonlyMap<number, readonly LikeSample[]>;
  readonly predictions: ReadonlyMap<number, number>;
  readonly edits: ReadonlyMap<number, readonly EditEffect[]> | undefined;
  readonly labels: Float64Array | undefined;
}

function describeSample(position: number, context: SampleContext): GeneInCellType {
  const { data, values, like, predictions, edits, labels } = context;
  const { explained, ...rest } = values.get(position)!;
  const prediction = predictions.get(position)!;
  // The two are computed in different ways, and so rounded differently.
  const isSame = Math.abs(prediction - explained) <= 1e-3 * Math.max(1, Math.abs(prediction));
  return {
    ...rest,
    cellType: data.cellTypeOf(position),
    prediction,
    explained: isSame ? undefined : explained,
    label: labels?.[position],
    signal: countsOf(data, position),
    edits: edits?.get(position),
    likeGenes: (like.get(position) ?? []).map(({ position: other, similarity }) => ({
      gene: data.geneDetailsOf(other)?.symbol ?? data.geneOf(other),
      similarity,
      prediction: predictions.get(other),
      label: labels?.[other],
    })),
  };
}

/** The signal as it was counted, where that is known, with NaN for marks that were not measured. */
function countsOf(data: Dataset, position: number): Float32Array {
  const { marks } = data;
  const counts = storedSignal(data, position);
  const isMissing = marks.map((mark) => !data.hasMark(position, mark));
  return Float32Array.from(
    counts as ArrayLike<number>,
    (count, i) => isMissing[i % marks.length] ? NaN : count,
  );
}
