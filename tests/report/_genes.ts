/** Made explanations of genes. */

import { DEEPCHROME_RECORD } from "../../src/record.ts";
import type { AttributionsPageInput, GeneInCellType, GenePageInput } from "../../src/report/mod.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";

/** The marks of made genes. */
export const MARKS = ["H3K4me3", "H3K4me1", "H3K36me3", "H3K9me3", "H3K27me3"];

/** What made genes look like. */
export interface MadeGene {
  readonly cellTypes: number;
  readonly bins?: number;
  readonly marks?: readonly string[];
  /** Stands wherever an input has a name. */
  readonly name?: string;
}

/** A page with every part; its attributions add up to the predictions but for 0.4%. */
export function makeGene(
  { cellTypes, bins = 100, marks = MARKS, name }: MadeGene,
): GenePageInput {
  return {
    gene: {
      id: name ?? "ENSG00000000419.12",
      symbol: name ?? "DPM1",
      position: { chromosome: name ?? "chr20", tss: 49_575_091, strand: "-" },
    },
    run: name ?? "runs/first",
    record: {
      ...DEEPCHROME_RECORD,
      marks: marks.map((mark) => name ?? mark),
      assembly: name ?? "hg19",
    },
    bins,
    method: {
      method: "integrated-gradients",
      baseline: "matched",
      steps: 50,
      models: 5,
      nullModel: name ??
        "Attributions of 200 genes with a like total signal. A small q-value means that the bin adds more, or takes away " +
          "more, than the same bin of such genes does.",
      notes: [name ?? "Gene effects read no input, and are not explained."],
    },
    cellTypes: Array.from(
      { length: cellTypes },
      (_, place) => makeCellType({ place, bins, marks: marks.length, name }),
    ),
    intervals: name ?? "Intervals hold 80% of measured values.",
    edits: name ?? "Mean over 20 draws; intervals over draws and models, 95%.",
    likeGenes: name ?? "Pearson correlation of the marks' logarithms over all bins.",
    versions: { "@waka/histone": name ?? "0.1.0" },
  };
}

function makeCellType({ place, bins, marks, name }: {
  readonly place: number;
  readonly bins: number;
  readonly marks: number;
  readonly name: string | undefined;
}): GeneInCellType {
  const random = new RandomStream(deriveKey(place, "gene"));
  const activity = random.uniform();
  const shapeOf = (value: number) => {
    const [bin, mark] = [Math.floor(value / marks) / bins * 100, value % marks];
    const peak = [52, 60, 75, 40, 50][mark % 5]!;
    const width = [5, 9, 25, 40, 35][mark % 5]!;
    return Math.exp(-(((bin - peak) / width) ** 2));
  };
  const size = bins * marks;
  const signal = Float32Array.from({ length: size }, (_, value) => {
    const isActive = value % marks % 5 < 3;
    const mean = (isActive ? activity : 1 - activity) * 40 * shapeOf(value) + 1.2;
    return Math.max(0, Math.round(mean * (0.6 + 0.8 * random.uniform()) - 0.6));
  });
  const attributions = Float32Array.from(signal, (value, at) => {
    const sign = at % marks % 5 < 3 ? 1 : -1;
    return sign * Math.log1p(value) * shapeOf(at) * 0.03 * (0.4 + random.uniform()) - 0.002;
  });
  const sum = attributions.reduce((total, value) => total + value, 0);
  const [baseline, others] = [1.4, 0.31 + random.uniform() - 0.5];
  const prediction = baseline + (sum + others) * 1.004;
  const marksOf = (bin: number) => Math.abs(attributions[bin]!);
  return {
    cellType: name ?? `E${String(place + 3).padStart(3, "0")}`,
    prediction,
    interval: { low: prediction - 1.1, high: prediction + 1.3 },
    label: place % 7 === 6 ? undefined : prediction + 2 * random.uniform() - 1,
    baselinePrediction: baseline,
    signal,
    attributions,
    standardDeviations: attributions.map((value) => Math.abs(value) * 0.3),
    qValues: attributions.map((_, at) => Math.exp(-marksOf(at) * 60)),
    otherInputs: [{ name: name ?? "Labels of the gene in other cell types", sum: others }],
    edits: Array.from({ length: marks }, (_, mark) => {
      const effect = -(mark < 3 ? 1 : -0.6) * (0.2 + random.uniform());
      return {
        edit: name ?? `${MARKS[mark % 5]!} removed`,
        effect,
        interval: { low: effect - 0.15, high: effect + 0.2 },
        note: mark === 4 ? name ?? "unlike the training data" : undefined,
      };
    }),
    likeGenes: Array.from({ length: 10 }, (_, gene) => ({
      gene: name ?? `GENE${gene + 1}`,
      similarity: 0.97 - gene * 0.013,
      prediction: prediction + random.uniform() - 0.5,
      label: prediction + random.uniform() * 2 - 1,
    })),
  };
}

/** The same page with DNA of `bases` letters, the TSS in their middle, by coordinate on both strands. */
export function withLetters(input: GenePageInput, bases: number): GenePageInput {
  const random = new RandomStream(deriveKey(1, "letters"));
  const letters = Uint8Array.from({ length: bases }, () => random.below(4));
  return {
    ...input,
    letters,
    record: {
      ...input.record,
      sequence: { bases, tssBase: bases / 2, orientation: "genomic", unknownAs: "none" },
    },
    cellTypes: input.cellTypes.map((cellType) => ({
      ...cellType,
      letterAttributions: Float32Array.from({ length: bases * 4 }, (_, value) => {
        const distance = Math.abs(Math.floor(value / 4) - bases / 2);
        const isLetter = letters[Math.floor(value / 4)] === value % 4;
        return isLetter ? 0.02 * random.normal() * Math.exp(-distance / 800) : 0;
      }),
    })),
  };
}

/** A page over genes with every part. */
export function makeProfiles(
  { bins = 100, marks = MARKS, name, groups = 3 }: Omit<MadeGene, "cellTypes"> & {
    readonly groups?: number;
  } = {},
): AttributionsPageInput {
  const gene = makeGene({
    cellTypes: groups,
    bins,
    marks,
    ...(name === undefined ? {} : { name }),
  });
  const names = ["lowest third", "middle third", "highest third", "others", "more", "most"];
  return {
    run: gene.run,
    record: gene.record,
    bins,
    method: gene.method,
    genes: 17_447,
    cellTypes: 5,
    groups: gene.cellTypes.map(({ signal, attributions = [], qValues = [] }, place) => {
      const mean = Array.from(attributions, (value) => value * (place - 1) + 0.002);
      return {
        name: name ?? names[place]!,
        samples: 29_000 + place,
        attributions: {
          mean,
          low: mean.map((value) => value - 0.006),
          high: mean.map((value) => value + 0.006),
        },
        signal: Array.from(signal, (value) => value * (place + 1) / 3),
        markedShare: Array.from(qValues, (value) => 1 - value),
      };
    }),
    grouping: name ?? "Samples are grouped by their measured expression.",
    intervals: name ?? "Bands hold the mean of other genes with a probability of 95%.",
    nullBand: {
      low: Array.from({ length: bins * marks.length }, () => -0.01),
      high: Array.from({ length: bins * marks.length }, () => 0.01),
    },
    versions: { "@waka/histone": name ?? "0.1.0" },
  };
}
