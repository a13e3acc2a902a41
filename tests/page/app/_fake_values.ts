/** Plausible values of data that are not there. */

import type {
  DataSummary,
  Explanation,
  ModelSummary,
  PageFile,
  PredictionRow,
} from "../../../src/page/protocol.ts";

export const MARKS = ["H3K27me3", "H3K36me3", "H3K4me1", "H3K4me3", "H3K9me3"];
export const CELL_TYPES = ["liver", "lung"];
export const GENES = 60;
export const BINS = 100;

export function profileOf(mark: number): number[] {
  return Array.from({ length: BINS }, (_, bin) => {
    const x = (bin - BINS / 2) / 10;
    const bell = (at: number, width: number) => Math.exp(-(((x - at) / width) ** 2) / 2);
    if (mark === 3) return 6 * bell(-0.6, 0.5) + 8 * bell(0.7, 0.6) + 0.3;
    if (mark === 2) return 2 * bell(-2, 1) + 2.4 * bell(2, 1) + 0.5;
    if (mark === 1) return 2.5 / (1 + Math.exp(-x)) + 0.3;
    return 1 + 0.4 * Math.sin(x) + 0.2 * Math.cos(3 * x + mark);
  });
}

export function allRows(): PredictionRow[] {
  return CELL_TYPES.flatMap((cellType, c) =>
    Array.from({ length: GENES }, (_, g): PredictionRow => {
      const label = Math.max(0, 5 + 3 * Math.sin(g * 1.7) + c * Math.cos(g));
      const prediction = label + 0.8 * Math.sin(g * 12.9 + c);
      return {
        gene: `ENSG${String(100_000 + g).padStart(11, "0")}`,
        symbol: `GENE${g + 1}`,
        cellType,
        prediction,
        label,
      };
    })
  );
}

export function makeExplanation(
  { gene, symbol, cellType, prediction }: PredictionRow,
): Explanation {
  const weights = [-0.01, 0.012, 0.004, 0.03, -0.006];
  const signal = MARKS.map((_, mark) =>
    profileOf(mark).map((value, bin) => Math.max(0, value * (1 + 0.5 * Math.sin(bin * 7 + mark))))
  );
  const attributions = signal.map((row, mark) =>
    row.map((value, bin) => weights[mark]! * value * (1 + Math.sin(bin / 9)))
  );
  return {
    gene,
    ...(symbol !== undefined && { symbol }),
    cellType,
    prediction,
    baseline: 3.1,
    marks: MARKS,
    signal,
    attributions,
    totals: attributions.map((row) => row.reduce((sum, value) => sum + value, 0)),
    binSizeBp: 100,
    notes: ["Integrated gradients in 50 steps; the sums are exact to 0.4%."],
  };
}

/** The files of the example. */
export function exampleFiles(): PageFile[] {
  const files: PageFile[] = CELL_TYPES.flatMap((cellType) =>
    MARKS.flatMap((mark): PageFile[] => {
      const isBam = cellType === "liver";
      const name = `${cellType}-${mark}.${isBam ? "bam" : "tagAlign.gz"}`;
      const about = isBam ? "BAM, 1 chromosome of hg38, 12,345 reads" : "tagAlign, compressed";
      const file: PageFile = { name, bytes: 312_345, role: "signal", about, mark, cellType };
      return isBam
        ? [file, {
          name: `${name}.bai`,
          bytes: 2345,
          role: "index",
          about: `index of ${name}`,
        }]
        : [file];
    })
  );
  return [
    ...files,
    { name: "genes.gtf", bytes: 45_678, role: "annotation", about: "GTF, 60 genes" },
    {
      name: "expression.tsv",
      bytes: 2345,
      role: "expression",
      about: "expression of 60 genes in liver and lung",
    },
    { name: "sheet.tsv", bytes: 567, role: "sheet", about: "sample sheet, 10 files" },
  ];
}

export function recognise({ name, size }: File): PageFile {
  const bytes = size;
  if (/\.(bai|crai|csi|tbi)$/.test(name)) return { name, bytes, role: "index", about: "index" };
  if (/\.(gtf|gff3?)(\.gz)?$/.test(name)) {
    return { name, bytes, role: "annotation", about: "GTF, 60 genes" };
  }
  if (/\.bam$/.test(name)) {
    const [cellType = "", mark = ""] = name.replace(/\.bam$/, "").split("-");
    return {
      name,
      bytes,
      role: "signal",
      about: "BAM, 24 chromosomes of hg38, 5.2 million reads",
      mark,
      cellType,
      problem: `its index, ${name}.bai, is missing: drop it too`,
    };
  }
  return {
    name,
    bytes,
    role: "unknown",
    about: "",
    problem: "This is no file that the page knows. It is left out.",
  };
}

export function makeData(labelled = true): DataSummary {
  return {
    samples: CELL_TYPES.length * GENES,
    genes: GENES,
    cellTypes: CELL_TYPES,
    marks: MARKS,
    bins: BINS,
    binSizeBp: 100,
    labelled,
    assembly: "hg38",
    notes: [
      "Reads in bins of 100 bp, TSS ± 5,000 bp, genomic orientation.",
      "Labels are log2(expression + 1).",
    ],
    digest: "a0".repeat(32),
    profiles: MARKS.map((_, mark) => profileOf(mark)),
  };
}

export function makeModel(name: string, source: string, losses: readonly number[]): ModelSummary {
  return {
    name,
    parameters: 12_345,
    source,
    marks: MARKS,
    ...(losses.length > 0 && { metrics: { mse: 0.412, pearson: 0.913 } }),
    digest: "c3".repeat(32),
    calibrated: false,
    losses,
  };
}
