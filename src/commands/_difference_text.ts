/** What `differences` prints. */

import { formatCountOf } from "../base/count.ts";
import { listSome } from "../base/wording.ts";
import type {
  ExchangedFigure,
  ExplainedChanges,
  ExplainedGenes,
  GeneDifferences,
} from "../explain/mod.ts";
import type { CarryingDistances } from "../explain/differences/carrying_distances.ts";
import { formatGene } from "../gene_id.ts";
import type { NamedGene } from "../genome/mod.ts";
import type { Estimate } from "../validation/regime_scores.ts";
import { alignRows } from "./_align_rows.ts";
import type { CarrierSummary, Completeness, NamedAgreement } from "./_difference_summary.ts";

/** Genes and sets of which a line is printed. */
const MOST_GENES = 10;
const MOST_SETS = 10;
/** A larger error of completeness asks for more points on the paths. */
const LARGE_ERROR = 0.01;

/** How nearly contributions add up to the changes. */
export function formatCompleteness(
  { relativeError, largest, gene }: Completeness,
  names: readonly NamedGene[],
): string {
  if (relativeError === null) return "Nothing changes between these samples, as the models see it.";
  const advice = relativeError > LARGE_ERROR ? "; more --steps make it smaller" : "";
  return `Completeness: contributions add up to the predicted changes but for ${
    percent(relativeError, 2)
  } of these (at most ${shortNumber(largest)}, of ${describe(names[gene]!)})${advice}.`;
}

/** A table of what each mark adds. */
export function formatCarriers(carriers: readonly CarrierSummary[]): string[] {
  const hasMeasured = carriers.some(({ pearson }) => pearson !== null);
  return [
    "What marks add to the changes (mean absolute contribution, its share, genes whose change the mark carries" +
    `${hasMeasured ? ", correlation with the measured changes" : ""}):`,
    ...alignRows([
      ["", "mean |add|", "share", "carries", ...(hasMeasured ? ["r"] : [])],
      ...carriers.map(({ name, meanAbsolute, share, carries, pearson }) => [
        name,
        shortNumber(meanAbsolute),
        percent(share, 0),
        carries === null ? "" : percent(carries, 0),
        ...(hasMeasured ? [figure(pearson)] : []),
      ]),
    ]),
  ];
}

/** The genes with the largest predicted changes. */
export function formatLargestChanges(
  { changes, marks, carriedBy, measured }: GeneDifferences,
  { names, foldChanges, distances }: {
    readonly names: readonly NamedGene[];
    readonly foldChanges: Float64Array | undefined;
    readonly distances: CarryingDistances;
  },
): string[] {
  const order = [...changes.keys()].sort((a, b) => Math.abs(changes[b]!) - Math.abs(changes[a]!))
    .slice(0, MOST_GENES).filter((gene) => changes[gene] !== 0);
  if (order.length === 0) return [];
  const span = (gene: number) => {
    const [from, to] = [distances.from[gene]!, distances.to[gene]!];
    return Number.isNaN(from) ? "" : `${signed(from)} to ${signed(to)} bp`;
  };
  return [
    "Largest predicted changes:",
    ...alignRows([
      [
        "",
        "predicted",
        ...(measured ? ["measured"] : []),
        ...(foldChanges ? ["log2 fold change"] : []),
        "carried by",
        "half of it within",
      ],
      ...order.map((gene) => [
        describe(names[gene]!),
        figure(changes[gene]!),
        ...(measured ? [figure(measured.changes[gene]!)] : []),
        ...(foldChanges ? [figure(foldChanges[gene]!)] : []),
        marks[carriedBy.mark[gene]!] ?? "",
        span(gene),
      ]),
    ]),
  ];
}

/** A table of agreement: a row for each part of the genes, and the null of all of them. */
export function formatAgreement(parts: readonly NamedAgreement[]): string[] {
  const [all] = parts;
  if (all === undefined) return [];
  const { exchanged } = all;
  // Side by side, the four figures are wider than a terminal.
  return [
    "Agreement of predicted with measured changes (95% intervals over genes; below, genes of like level exchanged):",
    ...alignRows([
      ["", "genes", "Pearson r", "Spearman"],
      ...parts.map(({ name, genes, pearson, spearman }) => [
        name,
        genes.toLocaleString("en-US"),
        interval(pearson),
        interval(spearman),
      ]),
      ["exchanged", "", interval0(exchanged.pearson), interval0(exchanged.spearman)],
      ["p", "", chance(exchanged.pearson), chance(exchanged.spearman)],
    ]),
    "",
    ...alignRows([
      ["", "same sign", "slope"],
      ...parts.map(({ name, sameSign, slope }) => [name, interval(sameSign), interval(slope)]),
      ["exchanged", interval0(exchanged.sameSign), ""],
      ["p", chance(exchanged.sameSign), ""],
    ]),
  ];
}

/** What predicted changes explain of measured ones. */
export function formatExplained(
  { all, significant, sets }: ExplainedChanges,
  { what, significance }: { readonly what: string; readonly significance: number },
): string[] {
  const parts: readonly (readonly [name: string, genes: ExplainedGenes])[] = [
    ["all genes", all],
    ...(significant ? [[`significant, q < ${significance}`, significant] as const] : []),
  ];
  const row = (name: string, cell: (genes: ExplainedGenes) => string) => [
    name,
    ...parts.map(([, genes]) => cell(genes)),
  ];
  const lines = [
    `What marks explain of ${what} (95% intervals over genes):`,
    ...alignRows([
      ["", ...parts.map(([name]) => name)],
      row("genes", ({ genes }) => genes.toLocaleString("en-US")),
      row("Pearson r", ({ pearson }) => interval(pearson)),
      row("explained r²", (genes) => interval(genes.explained)),
      row("same sign", ({ sameSign }) => interval(sameSign)),
    ]),
  ];
  const r = all.pearson.high;
  if (r !== null && r < 0) {
    lines.push(
      "The correlation is negative: are the fold changes those from the second side to the first? DESeq2's contrast names " +
        "first the condition that changes end at.",
    );
  }
  return [...lines, ...formatSets(sets)];
}

function formatSets(sets: ExplainedChanges["sets"]): string[] {
  if (sets.length === 0) return [];
  const tested = sets.filter(({ q }) => q !== null);
  const clear = tested.filter(({ q }) => q! < 0.05);
  const small = sets.length - tested.length;
  const best = tested.toSorted((a, b) => a.q! - b.q! || a.p! - b.p!).slice(0, MOST_SETS);
  const rows = best.map((set) => [
    set.name,
    set.genes.toLocaleString("en-US"),
    interval(set.explained),
    figure(set.spearman),
    shortNumber(set.q!),
  ]);
  return [
    `Gene sets: of ${formatCountOf(tested.length, "set")}, marks tell in ${
      clear.length.toLocaleString("en-US")
    } which genes ` +
    `change more than others (q < 0.05)` +
    (small > 0
      ? `; ${formatCountOf(small, "set")} ${
        small === 1 ? "has" : "have"
      } too few genes with both changes.`
      : "."),
    ...(rows.length === 0
      ? []
      : alignRows([["", "genes", "explained r²", "Spearman", "q"], ...rows])),
  ];
}

/** What is compared, and how. */
export function formatHeading(
  { from, to, genes, models }: GeneDifferences,
  { steps }: { readonly steps: number },
): string {
  return `Changes from ${listSome(from)} to ${listSome(to)}: ${
    formatCountOf(genes.length, "gene")
  }, ${formatCountOf(models, "model")}, paths of ${formatCountOf(steps, "point")}`;
}

function describe({ id, symbol }: NamedGene): string {
  return formatGene(id, { symbol });
}

function interval({ value, low, high }: Estimate): string {
  if (value === null) return "n/a";
  return low === null || high === null
    ? figure(value)
    : `${figure(value)} (${figure(low)} to ${figure(high)})`;
}

function interval0({ mean, low, high }: ExchangedFigure): string {
  return interval({ value: mean, low, high });
}

function chance({ p }: ExchangedFigure): string {
  return p === null ? "n/a" : shortNumber(p);
}

function figure(value: number | null): string {
  return value === null || Number.isNaN(value) ? "n/a" : value.toFixed(2);
}

function shortNumber(value: number): string {
  return value === 0 ? "0" : value.toPrecision(2);
}

function percent(share: number, digits: number): string {
  return `${(100 * share).toFixed(digits)}%`;
}

function signed(distance: number): string {
  return distance > 0 ? `+${distance}` : String(distance);
}
