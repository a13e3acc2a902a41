/** Makes the steps of an edit to the numbers of a sample. */

import { binsFor } from "../bin_places.ts";
import type { Donors } from "./_donors.ts";
import type { EditScope } from "./_scope.ts";
import type { PlannedEdit, PlannedMarkStep } from "./_planned_edit.ts";
import type { SampleValues } from "./_sample_values.ts";

/** A sample to which an edit was made. */
export interface EditedSample {
  readonly position: number;
  /** `[bin, mark]`, as `SampleValues` has them. */
  readonly values: Float64Array;
  /** What the DNA of its gene became; absent where it is the gene's own. */
  readonly sequence?: string;
}

/** Edits samples. */
export class StepMaker {
  readonly #scope: EditScope;
  readonly #values: SampleValues;
  readonly #donors: Donors;

  /** Takes what samples and donors are found by. */
  constructor(scope: EditScope, values: SampleValues, donors: Donors) {
    this.#scope = scope;
    this.#values = values;
    this.#donors = donors;
  }

  /**
   * Makes an edit to a sample: once, or once for each draw.
   *
   * @param planned The edit.
   * @param position The sample.
   * @param sequence The DNA of its gene, where the edit changes that.
   */
  edit(
    { edit: { id }, steps }: PlannedEdit,
    position: number,
    sequence?: string,
  ): EditedSample[] {
    const donors = steps.map((step, number) =>
      step.kind === "draw" ? this.#donors.draw({ step, id, number, position }) : undefined
    );
    const counts = donors.flatMap((drawn) => drawn?.length ?? []);
    return Array.from({ length: counts.length === 0 ? 1 : Math.min(...counts) }, (_, draw) => {
      const values = this.#values.copy(position);
      let letters = sequence;
      for (const [number, step] of steps.entries()) {
        if (step.kind === "letters") letters = step.substitute(position, letters ?? "");
        else this.#make(step, { values, position, donor: donors[number]?.[draw] });
      }
      return { position, values, ...(letters !== undefined && { sequence: letters }) };
    });
  }

  #make(
    step: PlannedMarkStep,
    { values, position, donor }: {
      readonly values: Float64Array;
      readonly position: number;
      readonly donor: number | undefined;
    },
  ): void {
    const scope = this.#scope;
    const direction = scope.directions[scope.geneAt(position)]!;
    const bins = binsFor(step.bins, direction)!;
    const all = scope.data.marks.length;
    const marks = (step.marks ?? [...scope.data.marks.keys()])
      .filter((mark) => scope.data.hasMark(position, scope.data.marks[mark]!));
    const target = { values, marks, bins, all };
    switch (step.kind) {
      case "zero":
        return setEach(target, () => 0);
      case "scale":
        return setEach(target, (at) => this.#values.scale(values[at]!, step.factor));
      case "move": {
        const { shiftFor, fill } = step;
        return move(target, { shift: shiftFor(direction), fill, count: scope.data.bins });
      }
      case "take":
        return this.#copy(target, position, step.sourceOf(position));
      case "draw":
        return this.#copy(target, position, donor!);
    }
  }

  /** Copies another sample's numbers, turned round where its bins run the other way along transcription. */
  #copy(target: Target, position: number, source: number): void {
    const { directions, data } = this.#scope;
    const product = directions[this.#scope.geneAt(position)]! *
      directions[this.#scope.geneAt(source)]!;
    const from = this.#values.of(source);
    const { all } = target;
    setEach(target, (at) => {
      if (product >= 0) return from[at]!;
      const mark = at % all;
      return from[(data.bins - 1 - (at - mark) / all) * all + mark]!;
    });
  }
}

/** The numbers of a sample, and which of them a step changes. */
interface Target {
  readonly values: Float64Array;
  readonly marks: readonly number[];
  readonly bins: Uint32Array;
  /** Number of marks of a bin. */
  readonly all: number;
}

function setEach({ values, marks, bins, all }: Target, valueAt: (at: number) => number): void {
  for (const bin of bins) {
    for (const mark of marks) values[bin * all + mark] = valueAt(bin * all + mark);
  }
}

/** Gives each bin of the range what lies the shift before it; past the window's ends, what `fill` says. */
function move(
  target: Target,
  { shift, fill, count }: {
    readonly shift: number;
    readonly fill: "edge" | "zero" | "wrap";
    readonly count: number;
  },
): void {
  const { values, all } = target;
  const before = values.slice();
  setEach(target, (at) => {
    const mark = at % all;
    const bin = (at - mark) / all - shift;
    if (bin >= 0 && bin < count) return before[bin * all + mark]!;
    if (fill === "zero") return 0;
    const inside = fill === "wrap"
      ? ((bin % count) + count) % count
      : Math.min(count - 1, Math.max(0, bin));
    return before[inside * all + mark]!;
  });
}
