import type { Dataset } from "../data/dataset.ts";
import { geneGroupIndices } from "../data/sample_groups.ts";
import { classifyRows, REGIMES, type RowKind } from "./regimes.ts";

/**
 * What a model saw besides the marks: the genes' own DNA, that of other genes, random letters, or nothing. The last three
 * are what DNA is compared with.
 */
export type ArmKind = "dna" | "shuffled" | "random-code" | "marks-only";

/** Every {@linkcode ArmKind}, the one that is judged first. */
export const ARM_KINDS: readonly ArmKind[] = ["dna", "shuffled", "random-code", "marks-only"];

/** One model of a comparison. */
export interface Arm {
  /** What it saw. */
  readonly kind: ArmKind;
  /** Its predictions for the test samples, `[position]`. */
  readonly predictions: ArrayLike<number>;
}

/** The error of an arm on the samples of a regime. */
export interface ArmScore {
  /** What it saw. */
  readonly kind: ArmKind;
  /** Mean squared error. */
  readonly mse: number;
  /** By how much its error is above that of DNA, on the same samples; 0 for DNA. */
  readonly above: number;
  /** Standard error of `above` over genes; `null` if there is a single gene, and for DNA. */
  readonly standardError: number | null;
}

/** All arms on the samples of a regime. */
export interface ArmsOfRegime {
  /** The regime. */
  readonly regime: RowKind;
  /** Number of samples. */
  readonly samples: number;
  /** Number of genes. */
  readonly genes: number;
  /** The arms, in the order of {@linkcode ARM_KINDS}. */
  readonly arms: readonly ArmScore[];
  /** What the figures say of DNA, in a sentence. */
  readonly finding: string;
}

/** The samples on which arms are compared. */
export interface ArmsTrial {
  /** The samples that all arms were trained on. */
  readonly train: Dataset;
  /** Labelled samples to compare them on. */
  readonly test: Dataset;
  /** The arms: that of DNA, and one or more others. */
  readonly arms: readonly Arm[];
}

/**
 * Compares a model of marks and DNA with its controls, regime by regime. Differences are paired: of the squared errors on
 * the same samples. Their standard error is over genes (all samples of a gene are one draw), so it says how far other
 * genes may differ, not how far another seed of training may.
 *
 * @param trial Training samples, test samples, and the arms' predictions.
 * @returns A comparison for each regime that has samples, also for pairs of trained genes and cell types, and for
 * samples that were trained on, if any are in the test set.
 * @throws {RangeError} If there is no arm of DNA, or no other, or a kind is there twice.
 * @throws {TypeError} If the number of an arm's predictions is not that of the test samples.
 * @throws {ContractError} If the test samples have no labels.
 *
 * @example A model that knows the labels beside one that knows nothing
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { compareArms, splitRegimes } from "@waka/histone/validation";
 * import { match, ok } from "node:assert";
 *
 * const size = { cellTypes: 6, genes: 90, newCellTypes: 1, newGenes: 1, bins: 4 };
 * const data = new Dataset(simulateColumns(size).train);
 * const { train, test } = splitRegimes(data, { newGenes: 30, newCellTypes: 2 });
 * const [first] = compareArms({
 *   train,
 *   test,
 *   arms: [
 *     { kind: "dna", predictions: test.labels() },
 *     { kind: "marks-only", predictions: new Float64Array(test.length) },
 *   ],
 * });
 * ok(first!.arms[1]!.above > 0);
 * match(first!.finding, /DNA lowers the error/);
 * ```
 */
export function compareArms({ train, test, arms }: ArmsTrial): ArmsOfRegime[] {
  checkArms(arms, test.length);
  const labels = test.labels();
  const genes = geneGroupIndices(test);
  const kinds = classifyRows(train, test);
  const ordered = ARM_KINDS.flatMap((kind) => arms.find((arm) => arm.kind === kind) ?? []);
  const compared: readonly RowKind[] = [...REGIMES, "bothSeen", "trained"];
  return compared.flatMap((regime) => {
    const rows = kinds.flatMap((kind, row) => kind === regime ? [row] : []);
    if (rows.length === 0) return [];
    const scores = ordered.map((arm) => scoreArm(arm, ordered[0]!, { rows, labels, genes }));
    return [{
      regime,
      samples: rows.length,
      genes: new Set(rows.map((row) => genes[row])).size,
      arms: scores,
      finding: describeFinding(scores, regime),
    }];
  });
}

function checkArms(arms: readonly Arm[], samples: number): void {
  const kinds = arms.map(({ kind }) => kind);
  if (!kinds.includes("dna") || kinds.length < 2 || new Set(kinds).size < kinds.length) {
    throw new RangeError(
      `Cannot compare arms: found ${kinds.join(", ") || "none"}, expected dna and others of ${
        ARM_KINDS.join(", ")
      }, each once`,
    );
  }
  for (const { kind, predictions } of arms) {
    if (predictions.length === samples) continue;
    throw new TypeError(
      `Cannot compare arms: ${kind} has ${predictions.length} predictions for ${samples} samples, expected as many`,
    );
  }
}

interface ScoredRows {
  readonly rows: readonly number[];
  readonly labels: ArrayLike<number>;
  readonly genes: ArrayLike<number>;
}

function scoreArm(arm: Arm, dna: Arm, { rows, labels, genes }: ScoredRows): ArmScore {
  const [mse, above, standardError, counted] = measureArm(arm, dna, { rows, labels, genes });
  const isKnown = arm.kind !== "dna" && counted > 1;
  return { kind: arm.kind, mse, above, standardError: isKnown ? standardError : null };
}

/**
 * The mean squared error, by how much it is above that of DNA, the standard error of this difference, which one gene does
 * not have, and the number of genes. They are no object for the reason in docs/decisions/shared-numbers.md.
 */
function measureArm(
  arm: Arm,
  dna: Arm,
  { rows, labels, genes }: ScoredRows,
): readonly [mse: number, above: number, standardError: number, genes: number] {
  const errorOf = ({ predictions }: Arm, row: number) => (predictions[row]! - labels[row]!) ** 2;
  const byGene = new Map<number, { sum: number; count: number }>();
  let [error, above] = [0, 0];
  for (const row of rows) {
    const own = errorOf(arm, row);
    const difference = own - errorOf(dna, row);
    error += own;
    above += difference;
    const gene = byGene.get(genes[row]!) ?? { sum: 0, count: 0 };
    byGene.set(genes[row]!, { sum: gene.sum + difference, count: gene.count + 1 });
  }
  const mean = above / rows.length;
  const count = byGene.size;
  let squares = 0;
  for (const gene of byGene.values()) squares += (gene.sum - mean * gene.count) ** 2;
  const standardError = Math.sqrt(squares * count / (count - 1)) / rows.length;
  return [error / rows.length, mean, standardError, count];
}

/** A difference counts from so many standard errors. */
const CLEAR = 2;

/** Names of the arms in sentences. */
export const ARM_NAMES: Readonly<Record<ArmKind, string>> = {
  dna: "DNA",
  shuffled: "shuffled sequences",
  "random-code": "a random code",
  "marks-only": "marks alone",
};

function describeFinding(scores: readonly ArmScore[], regime: RowKind): string {
  if (scores.some(({ standardError, kind }) => standardError === null && kind !== "dna")) {
    return "a single gene shows nothing";
  }
  const marks = scores.find(({ kind }) => kind === "marks-only");
  const controls = scores.filter(({ kind }) => kind === "shuffled" || kind === "random-code");
  const tied = controls.filter((score) => !isClearly(score, 1));
  const names = tied.map(({ kind }) => ARM_NAMES[kind]).join(" and ");
  const verb = tied.length === 1 && tied[0]!.kind === "random-code" ? "does" : "do";
  const isOfTrainedGenes = regime !== "newGene" && regime !== "bothNew";
  if (marks === undefined) {
    return tied.length > 0
      ? `${names} ${verb} as well as DNA, so its letters are not shown to matter`
      : isOfTrainedGenes
      ? "DNA does better than its controls; whether its letters matter, new genes show"
      : "DNA does better than its controls: its letters matter";
  }
  const gain = `${formatDifference(marks.above)} ± ${formatDifference(marks.standardError!)}`;
  if (isClearly(marks, -1)) {
    return `DNA makes the error greater than with marks alone, by ${gain.replace("−", "")}`;
  }
  if (!isClearly(marks, 1)) {
    return `these samples do not show that DNA adds anything to the marks (${gain})`;
  }
  const lowers = `DNA lowers the error by ${gain}`;
  if (controls.length === 0) {
    return `${lowers}; whether its letters matter, or it names the gene, only controls show`;
  }
  if (tied.length === 0) {
    // Arms that learned trained genes by heart differ by luck, too, which a spread over genes does not show.
    return isOfTrainedGenes
      ? `${lowers}, more than its controls do; whether its letters matter, new genes show`
      : `${lowers}, and its controls do not: its letters matter`;
  }
  return `${lowers}, but ${names} ${verb} as well: ` +
    (isOfTrainedGenes
      ? "the sequence names the gene, and its letters are not shown to matter"
      : "its letters are not shown to matter");
}

/** Whether a difference from DNA is of a sign, by more than {@linkcode CLEAR} standard errors. */
function isClearly({ above, standardError }: ArmScore, sign: 1 | -1): boolean {
  return sign * above > CLEAR * (standardError ?? Infinity);
}

function formatDifference(value: number): string {
  return value.toFixed(3).replace("-", "−");
}

/** Names of regimes, as headings. */
export const ARM_REGIMES: Readonly<Record<RowKind, string>> = {
  newGene: "New gene in a trained cell type",
  newCellType: "Trained gene in a new cell type",
  bothNew: "New gene in a new cell type",
  bothSeen: "Trained gene in a trained cell type, the pair not trained on",
  trained: "Trained on",
};

/**
 * Formats a comparison of arms as text: for each regime the arms side by side with their errors, in parentheses how far
 * above that of DNA each is, with its standard error over genes, and a sentence on what that says.
 *
 * @param comparisons What {@linkcode compareArms} returned.
 * @returns Lines without line ends.
 *
 * @example
 * ```ts
 * import { formatArms } from "@waka/histone/validation";
 * import { deepStrictEqual } from "node:assert";
 *
 * const arms = [
 *   { kind: "dna", mse: 1, above: 0, standardError: null },
 *   { kind: "marks-only", mse: 1.5, above: 0.5, standardError: 0.1 },
 * ] as const;
 * const finding = "DNA lowers the error by 0.500 ± 0.100";
 * deepStrictEqual(formatArms([{ regime: "newGene", samples: 20, genes: 5, arms, finding }]), [
 *   "What DNA adds, by regime:",
 *   "New gene in a trained cell type: 20 samples of 5 genes",
 *   "  DNA                 1.000",
 *   "  marks alone         1.500  (+0.500 ± 0.100)",
 *   "  DNA lowers the error by 0.500 ± 0.100.",
 *   "Errors are mean squared errors; ± is the standard error of the paired difference from DNA, over genes.",
 * ]);
 * ```
 */
export function formatArms(comparisons: readonly ArmsOfRegime[]): string[] {
  return [
    "What DNA adds, by regime:",
    ...comparisons.flatMap(({ regime, samples, genes, arms, finding }) => [
      `${ARM_REGIMES[regime]}: ${samples.toLocaleString("en-US")} samples of ${
        genes.toLocaleString("en-US")
      } genes`,
      ...arms.map(formatArm),
      `  ${finding}.`,
    ]),
    "Errors are mean squared errors; ± is the standard error of the paired difference from DNA, over genes.",
  ];
}

function formatArm({ kind, mse, above, standardError }: ArmScore): string {
  const name = `  ${ARM_NAMES[kind].padEnd(18)}  ${mse.toFixed(3)}`;
  if (kind === "dna") return name;
  const sign = above >= 0 ? "+" : "";
  const spread = standardError === null ? "" : ` ± ${formatDifference(standardError)}`;
  return `${name}  (${sign}${formatDifference(above)}${spread})`;
}
