/** Finds what one step of an edit names. */

import { showName } from "../../base/wording.ts";
import type { EditScope } from "./_scope.ts";
import { binsFor, selectBins } from "../bin_places.ts";
import { planSubstitution } from "./_plan_substitution.ts";
import type { PlannedMarkStep, Selected, StepContext, StepPlan } from "./_planned_edit.ts";
import {
  EDIT_KINDS,
  type EditSelection,
  type EditStep,
  LARGEST_FACTOR,
  MOVE_FILLS,
  type MoveStep,
  REMOVED_TO,
  REPLACE_LIKE,
  type SubstituteStep,
  type SwapStep,
} from "./edits.ts";

type MarkStep = Exclude<EditStep, SubstituteStep>;

/** Plans a step. */
export function planStep(step: EditStep, context: StepContext): StepPlan {
  const { scope } = context;
  checkWord("edit", step.kind, { words: EDIT_KINDS, context });
  if (step.kind === "substitute") return planSubstitution(step, context);
  if (!scope.inputs.marks) context.fail(`${step.kind} changes marks, but the model reads none`);
  const selected = select(step, context);
  const planned = planChange(step, selected, context);
  return {
    step: planned,
    faultAt: (position) =>
      faultOfMarks(position, selected, scope) ?? faultOfDirection(position, planned, scope) ??
        faultOfSource(position, planned, scope),
  };
}

function planChange(step: MarkStep, selected: Selected, context: StepContext): PlannedMarkStep {
  switch (step.kind) {
    case "remove": {
      const { to = "zero" } = step;
      checkWord("to", to, { words: REMOVED_TO, context });
      return to === "zero"
        ? { ...selected, kind: "zero" }
        : { ...selected, kind: "draw", from: "low" };
    }
    case "scale":
      if (!(step.factor >= 0 && step.factor <= LARGEST_FACTOR)) {
        context.fail(`its factor is ${step.factor}, expected a number from 0 to ${LARGEST_FACTOR}`);
      }
      return { ...selected, kind: "scale", factor: step.factor };
    case "move":
      return planMove(step, selected, context);
    case "swap":
      return { ...selected, kind: "take", sourceOf: findSource(step, context) };
    case "replace": {
      const { like = "expression" } = step;
      checkWord("like", like, { words: REPLACE_LIKE, context });
      return { ...selected, kind: "draw", from: like };
    }
  }
}

function checkWord(
  column: string,
  word: string,
  { words, context }: { readonly words: readonly string[]; readonly context: StepContext },
): void {
  if (words.includes(word)) return;
  context.fail(`column "${column}": it is "${showName(word)}", expected ${words.join(", ")}`);
}

function select(step: EditSelection, context: StepContext): Selected {
  const { scope } = context;
  const { data } = scope;
  const marks = step.marks?.map((mark) => {
    const place = scope.markPlace(mark);
    if (scope.inputs.dropped?.includes(mark)) {
      context.fail(
        `column "mark": ${showName(mark)} is treated as not measured, expected a mark that is read`,
      );
    }
    if (place >= 0) return place;
    context.fail(
      `column "mark": the data have no mark "${showName(mark)}", expected ${data.marks.join(", ")}`,
    );
  });
  if (marks?.length === 0) context.fail("it names no marks, expected one or more");
  const shape = { bins: data.bins, binSizeBp: data.record.binSizeBp };
  checkBins(step, shape.bins, context);
  const bins = selectBins(step, shape);
  if (bins.forward.length === 0 || bins.backward.length === 0) {
    const half = shape.bins * shape.binSizeBp / 2;
    context.fail(
      `no bin has its middle from ${step.startBp ?? -half} to ${
        step.endBp ?? half
      } bp, expected a range within ` +
        `${-half} to ${half} bp, where bins are ${shape.binSizeBp} bp wide`,
    );
  }
  return { marks: marks?.toSorted((a, b) => a - b), bins };
}

function checkBins(
  { startBp, endBp, startBin, endBin }: EditSelection,
  bins: number,
  context: StepContext,
): void {
  for (const [name, value] of Object.entries({ start_bp: startBp, end_bp: endBp })) {
    if (value !== undefined && !Number.isFinite(value)) {
      context.fail(`column "${name}": it is ${value}, expected a number`);
    }
  }
  const hasBins = startBin !== undefined || endBin !== undefined;
  if (hasBins && (startBp !== undefined || endBp !== undefined)) {
    context.fail("its range is given in base pairs and in bins, expected one of them");
  }
  const [first, end] = [startBin ?? 0, endBin ?? bins];
  if (
    Number.isInteger(first) && Number.isInteger(end) && first >= 0 && first < end && end <= bins
  ) {
    return;
  }
  context.fail(
    `its bins are ${first} to ${end}, expected a start below the end, from 0 to ${bins}`,
  );
}

function planMove(
  { shiftBp, shiftBins, fill = "edge" }: MoveStep,
  selected: Selected,
  context: StepContext,
): PlannedMarkStep {
  checkWord("fill", fill, { words: MOVE_FILLS, context });
  if ((shiftBp === undefined) === (shiftBins === undefined)) {
    context.fail("it has both shift_bp and shift_bins, or neither, expected one of them");
  }
  const { data } = context.scope;
  const { binSizeBp } = data.record;
  const shift = shiftBins ?? shiftBp! / binSizeBp;
  if (!Number.isInteger(shift)) {
    context.fail(
      shiftBp === undefined
        ? `it moves by ${shift} bins, expected an integer`
        : `it moves by ${shiftBp} bp, expected a multiple of the bins' ${binSizeBp} bp`,
    );
  }
  if (Math.abs(shift) >= data.bins) {
    context.fail(
      `it moves by ${Math.abs(shift)} bins, expected fewer than the window's ${data.bins}`,
    );
  }
  const isAlong = shiftBp !== undefined && shift !== 0;
  return {
    ...selected,
    kind: "move",
    fill,
    shiftFor: (direction) => isAlong ? shift * (direction === 0 ? NaN : direction) : shift,
  };
}

/** The sample whose signal a swap takes, by the position of the one that gets it. */
function findSource(
  { fromGene, fromCellType }: SwapStep,
  context: StepContext,
): (position: number) => number {
  if (fromGene === undefined && fromCellType === undefined) {
    context.fail("it names neither from_gene nor from_cell_type, expected one of them or both");
  }
  const { scope } = context;
  const one = (column: string, name: string | undefined, found: readonly number[] | undefined) => {
    if (found === undefined || found.length === 1) return found?.[0];
    context.fail(
      `column "${column}": "${
        showName(name!)
      }" is the name of ${found.length} in the data, expected that of one`,
    );
  };
  const gene = one(
    "from_gene",
    fromGene,
    fromGene === undefined ? undefined : scope.findGenes(fromGene, "from_gene", context),
  );
  const cellType = one(
    "from_cell_type",
    fromCellType,
    fromCellType === undefined
      ? undefined
      : scope.findCellTypes(fromCellType, "from_cell_type", context),
  );
  return (position) =>
    scope.index.find(
      gene ?? scope.geneAt(position),
      cellType ?? scope.cellTypeAt(position),
    );
}

/** Says which mark was not measured, where a step names it. */
function faultOfMarks(
  position: number,
  { marks }: Selected,
  { data }: EditScope,
): string | undefined {
  const { markMask } = data.columns;
  if (markMask === undefined) return undefined;
  const missing = marks?.map((place) => data.marks[place]!).find((mark) =>
    !data.hasMark(position, mark)
  );
  return missing === undefined
    ? undefined
    : `${missing} was not measured in ${data.cellTypeOf(position)}`;
}

/** Says so where a range or a shift in base pairs needs a strand that is not known. */
function faultOfDirection(
  position: number,
  step: PlannedMarkStep,
  scope: EditScope,
): string | undefined {
  const direction = scope.directions[scope.geneAt(position)]!;
  const isKnown = binsFor(step.bins, direction) !== undefined &&
    !(step.kind === "move" && Number.isNaN(step.shiftFor(direction)));
  return isKnown
    ? undefined
    : "the strand of the gene is not known, which base pairs from the TSS depend on, expected bins, or a range that is " +
      "the same on both strands";
}

/** Says what lacks for a draw or a swap: other genes, the other sample, or a mark of it. */
function faultOfSource(
  position: number,
  step: PlannedMarkStep,
  scope: EditScope,
): string | undefined {
  if (step.kind === "draw" && !scope.hasOthers(position)) {
    return `the data have no other genes in ${
      scope.data.cellTypeOf(position)
    }, from which one could be drawn`;
  }
  if (step.kind !== "take") return undefined;
  const source = step.sourceOf(position);
  if (source < 0) return "the data have no sample of the other gene or cell type";
  const { data } = scope;
  if (data.columns.markMask === undefined) return undefined;
  const missing = (step.marks ?? [...data.marks.keys()]).map((place) => data.marks[place]!)
    .find((mark) => data.hasMark(position, mark) && !data.hasMark(source, mark));
  return missing === undefined
    ? undefined
    : `${missing} was not measured in ${data.cellTypeOf(source)}`;
}
