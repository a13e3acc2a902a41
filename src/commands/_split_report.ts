/** What `split` says of the parts: their sizes, what is new in them, and what they share although they should not. */

import { formatCountOf } from "../base/count.ts";
import { listSome } from "../base/wording.ts";
import type { Dataset } from "../data/dataset.ts";
import { cellTypeGroupIndices, geneGroupIndices } from "../data/sample_groups.ts";
import {
  classifyRows,
  type DataSplit,
  findLeaks,
  type Leak,
  type LeakReport,
  type RowKind,
  SPLIT_PARTS,
  type SplitPart,
} from "../validation/mod.ts";

/** The parts that a model is judged by. */
const JUDGED = ["validation", "test"] as const;

/** How large a part is, and what of it is new. Plain JSON. */
export interface PartReport {
  readonly samples: number;
  readonly genes: number;
  readonly cellTypes: number;
  /** Samples by what of gene and cell type was not trained on; missing for the training samples. */
  readonly regimes?: Readonly<Partial<Record<RowKind, number>>>;
  /** What the part shares with the training samples although it should not; missing for these. */
  readonly leaks?: readonly Leak[];
}

/** What `split.json` says of a split. Plain JSON. */
export interface SplitReport {
  readonly parts: Readonly<Partial<Record<SplitPart, PartReport>>>;
  readonly leftOut: number;
  /** Whether the windows of genes were compared. */
  readonly windowsCompared: boolean;
}

/** Measures the parts that have samples. */
export function reportSplit(split: DataSplit): SplitReport {
  const parts: Partial<Record<SplitPart, PartReport>> = { train: measurePart(split.train) };
  let windowsCompared = true;
  const hasNewGenes = (kinds: Partial<Record<RowKind, number>>) =>
    (kinds.newGene ?? 0) + (kinds.bothNew ?? 0) > 0;
  for (const part of JUDGED) {
    if (split[part].length === 0) continue;
    const { leaks, hasPlaces } = findLeaks(split.train, split[part]);
    const regimes = countKinds(classifyRows(split.train, split[part]));
    // Where no gene is new, windows are the same anyway.
    windowsCompared &&= hasPlaces || !hasNewGenes(regimes);
    parts[part] = {
      ...measurePart(split[part]),
      regimes,
      leaks: [...leaks, ...leaksBetween(split, part)],
    };
  }
  return { parts, leftOut: split.leftOut.length, windowsCompared };
}

/** Samples that are both validated and tested on: that happens only if the division itself is wrong. */
function leaksBetween({ validation, test }: DataSplit, part: SplitPart): readonly Leak[] {
  if (part !== "test" || validation.length === 0) return [];
  const { leaks }: LeakReport = findLeaks(validation, test);
  return leaks.filter(({ kind }) => kind === "shared-samples");
}

function measurePart(data: Dataset): PartReport {
  return {
    samples: data.length,
    genes: new Set(geneGroupIndices(data)).size,
    cellTypes: new Set(cellTypeGroupIndices(data)).size,
  };
}

function countKinds(kinds: readonly RowKind[]): Partial<Record<RowKind, number>> {
  const counts: Partial<Record<RowKind, number>> = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

const NEWS: Readonly<Record<RowKind, string>> = {
  newGene: "of new genes in trained cell types",
  newCellType: "of trained genes in new cell types",
  bothNew: "of new genes in new cell types",
  bothSeen: "of trained genes in trained cell types",
  trained: "that are trained on",
};

/** Formats a report as the lines that the command prints. */
export function formatSplit(report: SplitReport, { axes }: DataSplit): string[] {
  const { parts, leftOut, windowsCompared } = report;
  const lines = SPLIT_PARTS.flatMap((part) => {
    const own = parts[part];
    if (own === undefined) return [];
    const sizes = `${formatCountOf(own.samples, "sample")}, ${formatCountOf(own.genes, "gene")}, ${
      formatCountOf(own.cellTypes, "cell type")
    }`;
    const named = axes.flatMap(({ what, names }) =>
      part === "train" || what.startsWith("gene") || names[part].length === 0
        ? []
        : [`${what} ${listSome(names[part], 12)}`]
    );
    const news = Object.entries(own.regimes ?? {}).map(([kind, count]) =>
      `${count.toLocaleString("en-US")} ${NEWS[kind as RowKind]}`
    );
    return [
      `${part}: ${sizes}${named.length === 0 ? "" : ` (${named.join("; ")})`}`,
      ...(news.length === 0 ? [] : [`  ${news.join(", ")}`]),
    ];
  });
  return [
    ...lines,
    ...(leftOut === 0 ? [] : [
      `left out: ${formatCountOf(leftOut, "sample")} that share a gene or a cell type with two ` +
      "parts (--keep-crossing keeps them)",
    ]),
    ...(windowsCompared ? [] : [
      "Not checked: windows that overlap those of training genes, since the data do not say where " +
      "genes lie (needs --genes).",
    ]),
  ];
}

const WARNINGS: Readonly<Record<Leak["kind"], (leak: Leak, part: string) => string>> = {
  "shared-samples": ({ count }, part) =>
    `${formatCountOf(count, "sample")} of ${part} are in another part too`,
  "copied-samples": ({ count, of }, part) =>
    `${count.toLocaleString("en-US")} of ${
      of.toLocaleString("en-US")
    } samples of ${part} have the signal of a ` +
    "training sample, value for value: cell types may be copies of each other, or genes start at one place",
  "shared-symbols": ({ count }, part) =>
    `${
      formatCountOf(count, "gene")
    } of ${part} have the symbol of a training gene with another identifier: are ` +
    "they one gene?",
  "likely-replicates": ({ count }, part) =>
    `${
      formatCountOf(count, "cell type")
    } of ${part} have names like those of replicates of training cell types. If ` +
    "they are, say so in the data (prepare --replicates keep), so that no split separates them",
  "overlapping-windows": ({ count, of }, part) =>
    `${count.toLocaleString("en-US")} of ${
      formatCountOf(of, "gene")
    } of ${part} have windows that overlap those of ` +
    "training genes, so they share marks with them. --scheme by-chromosome keeps neighbours together",
};

/** Formats what the parts share as warnings. */
export function formatLeaks({ parts }: SplitReport): string[] {
  return JUDGED.flatMap((part) =>
    (parts[part]?.leaks ?? []).map((leak) => {
      const [first] = leak.examples;
      const example = first === undefined || first[0] === first[1]
        ? first?.[0]
        : `${first[0]} and ${first[1]}`;
      return `${WARNINGS[leak.kind](leak, part)}${
        example === undefined ? "" : ` (such as ${example})`
      }`;
    })
  );
}
