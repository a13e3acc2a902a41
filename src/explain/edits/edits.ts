/**
 * What can be changed about samples before they are predicted again: knock a mark out, dose it, move it, exchange it, or
 * put real genes' profiles in its place.
 *
 * @module
 */

/**
 * Which marks and bins a step changes. Bins are given as a range of base pairs from the TSS along transcription, or by
 * their numbers as the data have them; without a range, all bins of the window are meant.
 */
export interface EditSelection {
  /**
   * Names of the marks.
   *
   * @default {All marks that were measured}
   */
  readonly marks?: readonly string[] | undefined;
  /**
   * Where the range starts, in base pairs from the TSS, downstream of it above 0. A bin is in the range if its middle is.
   *
   * @default {The window's start}
   */
  readonly startBp?: number | undefined;
  /**
   * Where the range ends, in base pairs from the TSS; this base is not in it.
   *
   * @default {The window's end}
   */
  readonly endBp?: number | undefined;
  /**
   * The first bin, from 0, in the order of the data.
   *
   * @default {0}
   */
  readonly startBin?: number | undefined;
  /**
   * The bin after the last.
   *
   * @default {The number of bins}
   */
  readonly endBin?: number | undefined;
}

/** What takes the place of a mark that is removed: no signal, or what real genes have that have least of it. */
export type RemovedTo = "zero" | "low";

/** Every {@linkcode RemovedTo}; the first is what is usual. */
export const REMOVED_TO: readonly RemovedTo[] = ["zero", "low"];

/** Knocks marks out. */
export interface RemoveStep extends EditSelection {
  /** The kind of step. */
  readonly kind: "remove";
  /**
   * `zero` for no signal at all, which real genes may not have; `low` for the marks of genes of the same cell type that
   * have least of them (a tenth of the genes) and are most like the sample in its other marks.
   *
   * @default {"zero"}
   */
  readonly to?: RemovedTo | undefined;
}

/** Multiplies the counts of marks. */
export interface ScaleStep extends EditSelection {
  /** The kind of step. */
  readonly kind: "scale";
  /** The factor of the counts, from 0 to 1,000,000. */
  readonly factor: number;
}

/** What enters at the window's end from which signal moves away: the outermost bin's signal, none, or what left it at the other end. */
export type MoveFill = "edge" | "zero" | "wrap";

/** Every {@linkcode MoveFill}; the first is what is usual. */
export const MOVE_FILLS: readonly MoveFill[] = ["edge", "zero", "wrap"];

/**
 * Moves marks: each bin of the range gets the signal of the bin that lies the shift before it, wherever in the window that
 * is. Only past the window's end nothing is known, and `fill` says what enters.
 */
export interface MoveStep extends EditSelection {
  /** The kind of step. */
  readonly kind: "move";
  /** How far, in base pairs along transcription: downstream above 0. A multiple of the bins' width. Either this or `shiftBins`. */
  readonly shiftBp?: number | undefined;
  /** How far, in bins in the order of the data: towards the last bin above 0. */
  readonly shiftBins?: number | undefined;
  /**
   * What enters at the window's end.
   *
   * @default {"edge"}
   */
  readonly fill?: MoveFill | undefined;
}

/**
 * Puts the signal of another sample in the place of marks: of another gene, in another cell type, or both. Counts are taken
 * as they are, whatever the depths of two cell types.
 */
export interface SwapStep extends EditSelection {
  /** The kind of step. */
  readonly kind: "swap";
  /**
   * The gene whose signal is taken.
   *
   * @default {The sample's own}
   */
  readonly fromGene?: string | undefined;
  /**
   * The cell type whose signal is taken.
   *
   * @default {The sample's own}
   */
  readonly fromCellType?: string | undefined;
}

/**
 * Of which genes of the same cell type profiles are drawn: of those with the nearest label (or prediction, without labels),
 * of those most like the sample in its other marks, or of any.
 */
export type ReplaceLike = "expression" | "marks" | "any";

/** Every {@linkcode ReplaceLike}; the first is what is usual. */
export const REPLACE_LIKE: readonly ReplaceLike[] = ["expression", "marks", "any"];

/** Puts the profiles of real genes in the place of marks, several draws each: counterfactuals that lie within the data. */
export interface ReplaceStep extends EditSelection {
  /** The kind of step. */
  readonly kind: "replace";
  /**
   * Of which genes profiles are drawn.
   *
   * @default {"expression"}
   */
  readonly like?: ReplaceLike | undefined;
}

/** Substitutes letters of the DNA. */
export interface SubstituteStep {
  /** The kind of step. */
  readonly kind: "substitute";
  /** The letters, A, C, G, T or N, from their first base on. */
  readonly letters: string;
  /**
   * The base of the first letter, in base pairs from the TSS's base along transcription; letters then run along it too.
   * Either this or `startBase`.
   */
  readonly startBp?: number | undefined;
  /** The place of the first letter in the sequence as the data have it, from 0; letters then are as the data's. */
  readonly startBase?: number | undefined;
}

/** One change of a sample. */
export type EditStep =
  | RemoveStep
  | ScaleStep
  | MoveStep
  | SwapStep
  | ReplaceStep
  | SubstituteStep;

/** The largest factor of counts. */
export const LARGEST_FACTOR = 1e6;

/** A kind of step. */
export type EditKind = EditStep["kind"];

/** Every {@linkcode EditKind}. */
export const EDIT_KINDS: readonly EditKind[] = [
  "remove",
  "scale",
  "move",
  "swap",
  "replace",
  "substitute",
];

/** Changes that are made together to samples, which are then predicted again. */
export interface Edit {
  /** Its name, different from those of other edits. */
  readonly id: string;
  /**
   * The gene whose samples are edited: its identifier, with or without version, or its symbol.
   *
   * @default {All genes}
   */
  readonly gene?: string | undefined;
  /**
   * The cell type, or group of replicates, whose samples are edited.
   *
   * @default {All cell types}
   */
  readonly cellType?: string | undefined;
  /** What is changed, one step after the other. */
  readonly steps: readonly EditStep[];
  /** The file that the edit was read from and the line of each step, for messages. */
  readonly source?: { readonly file: string; readonly lines: readonly number[] } | undefined;
}

/**
 * The edits that knock out each mark of a data set, one after the other, in all samples.
 *
 * @param marks Names of the marks, such as `data.marks`.
 * @param options What takes the place of the mark.
 * @returns An edit for each mark, whose `id` is `remove` and the mark.
 *
 * @example
 * ```ts
 * import { knockOuts } from "@waka/histone/explain";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(knockOuts(["H3K4me3", "H3K9me3"])[1]?.id, "remove H3K9me3");
 * ```
 */
export function knockOuts(
  marks: readonly string[],
  { to = "zero" }: Pick<RemoveStep, "to"> = {},
): Edit[] {
  return marks.map((mark) => {
    return { id: `remove ${mark}`, steps: [{ kind: "remove", marks: [mark], to }] };
  });
}

/**
 * Says what a step does, in a few words.
 *
 * @param step The step.
 * @returns Words such as `scale H3K4me3 by 2 from -500 to 500 bp`.
 *
 * @example
 * ```ts
 * import { describeStep } from "@waka/histone/explain";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(
 *   describeStep({ kind: "move", marks: ["H3K4me3"], shiftBp: -500, fill: "zero" }),
 *   "move H3K4me3 by -500 bp, zero enters",
 * );
 * ```
 */
export function describeStep(step: EditStep): string {
  if (step.kind === "substitute") {
    const { letters, startBp, startBase } = step;
    const shown = letters.length > 20
      ? `${letters.slice(0, 20)}… (${letters.length} letters)`
      : letters;
    return `substitute ${shown} at ${
      startBase === undefined ? `${startBp} bp` : `base ${startBase}`
    }`;
  }
  const marks = step.marks === undefined ? "all marks" : step.marks.join(", ");
  return `${step.kind} ${marks}${describeChange(step)}${describeRange(step)}${describeFill(step)}`;
}

function describeChange(step: Exclude<EditStep, SubstituteStep>): string {
  switch (step.kind) {
    case "remove":
      return step.to === "low" ? ", as in genes with least of it" : "";
    case "scale":
      return ` by ${step.factor}`;
    case "move":
      return step.shiftBp === undefined ? ` by ${step.shiftBins} bins` : ` by ${step.shiftBp} bp`;
    case "swap": {
      const { fromGene, fromCellType } = step;
      return ` for those of ${
        [fromGene, fromCellType].filter((name) => name !== undefined).join(" in ")
      }`;
    }
    case "replace":
      return step.like === "marks"
        ? " by those of genes with like other marks"
        : step.like === "any"
        ? " by those of any genes"
        : " by those of genes of like expression";
  }
}

function describeRange({ startBp, endBp, startBin, endBin }: EditSelection): string {
  if (startBp !== undefined || endBp !== undefined) {
    return `${startBp === undefined ? "" : ` from ${startBp}`}${
      endBp === undefined ? "" : ` to ${endBp}`
    } bp`;
  }
  if (startBin === undefined && endBin === undefined) return "";
  return `, bins${startBin === undefined ? "" : ` from ${startBin}`}${
    endBin === undefined ? "" : ` to ${endBin}`
  }`;
}

function describeFill(step: EditStep): string {
  if (step.kind !== "move" || step.fill === undefined || step.fill === "edge") return "";
  return step.fill === "zero" ? ", zero enters" : ", what leaves enters at the other end";
}
