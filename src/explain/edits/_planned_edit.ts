/** Edits whose names were found in a data set. */

import type { Direction, SelectedBins } from "../bin_places.ts";
import type { EditFailure, EditScope } from "./_scope.ts";
import type { Edit, MoveFill } from "./edits.ts";

/** Which marks and bins of a sample a step changes. */
export interface Selected {
  /** Places of the marks, ascending; `undefined` for all that were measured. */
  readonly marks: readonly number[] | undefined;
  readonly bins: SelectedBins;
}

/** Of which genes of the same cell type profiles are drawn. */
export type DrawnFrom = "low" | "expression" | "marks" | "any";

/** A step that changes marks. */
export type PlannedMarkStep =
  & Selected
  & (
    | { readonly kind: "zero" }
    | { readonly kind: "scale"; readonly factor: number }
    | {
      readonly kind: "move";
      /** By how many bins in a direction. */
      readonly shiftFor: (direction: Direction) => number;
      readonly fill: MoveFill;
    }
    | {
      readonly kind: "take";
      /** The sample whose signal is taken, −1 if the data lack it. */
      readonly sourceOf: (position: number) => number;
    }
    | { readonly kind: "draw"; readonly from: DrawnFrom }
  );

/** A step that changes DNA. */
export interface PlannedLetters {
  readonly kind: "letters";
  /** What the sequence of a sample's gene becomes. */
  readonly substitute: (position: number, sequence: string) => string;
}

/** A step whose names were found. */
export type PlannedStep = PlannedMarkStep | PlannedLetters;

/** An edit whose names were found, and the samples that it is made to. */
export interface PlannedEdit {
  readonly edit: Edit;
  readonly steps: readonly PlannedStep[];
  /** Number of samples. */
  readonly samples: number;
  /** Number of samples that were left out, by the reason. */
  readonly leftOut: ReadonlyMap<string, number>;
  /** Whether real genes are drawn for it. */
  readonly isDrawn: boolean;
  /** Makes the list of the samples' positions, ascending. */
  readonly listPositions: () => Uint32Array;
}

/** A step that was planned, and for which samples it cannot be made. */
export interface StepPlan {
  readonly step: PlannedStep;
  /** Why the step cannot be made to a sample; `undefined` if it can. */
  readonly faultAt: (position: number) => string | undefined;
}

/** What a step is planned with. */
export interface StepContext extends EditFailure {
  readonly scope: EditScope;
}
