/** Says where edited samples are unlike real ones. */

import { groupBy } from "../../base/group_by.ts";
import type { Dataset } from "../../data/dataset.ts";
import type { TypicalSignal } from "../../model/typical_signal.ts";
import { describeUnlike } from "../../validation/describe_unlike.ts";
import { findUnlike, type UnlikeStatistic } from "../../validation/unlike.ts";
import type { EditedSample, StepMaker } from "./_make_steps.ts";
import type { PlannedEdit } from "./_planned_edit.ts";
import type { SampleValues } from "./_sample_values.ts";
import type { EditScope } from "./_scope.ts";

/** A sample is unlike if a smaller share of real ones is as far from others. */
const LEAST_TYPICALITY = 0.01;
/** Cell types of fewer samples are not compared with those of training, as `findUnlike` has it. */
const FEWEST_SAMPLES = 100;
/** At most this many samples of a cell type are compared, spread evenly over all. */
const MOST_SAMPLES = 1000;

/** What edited samples are made with. */
export interface UnlikeEditsOptions {
  /** What the training cell types' signal looks like; `undefined` if that was not measured. */
  readonly typical: TypicalSignal | undefined;
  readonly scope: EditScope;
  readonly values: SampleValues;
  readonly maker: StepMaker;
  /** Makes a data set of samples. */
  readonly toData: (samples: readonly EditedSample[]) => Dataset;
}

/** Describes in what edited samples are unlike real ones. */
export class UnlikeEdits {
  readonly #options: UnlikeEditsOptions;
  #planned: PlannedEdit | undefined;
  /** Of `#planned`, by cell type: in what the edited cell type is unlike those of training. */
  readonly #words = new Map<number, string>();
  #byCellType = new Map<number, number[]>();

  /** Takes what edited samples are made with. */
  constructor(options: UnlikeEditsOptions) {
    this.#options = options;
  }

  /**
   * Describes an edited sample; ask edit by edit.
   *
   * @returns Words for a table, empty if nothing is unlike.
   */
  describe(planned: PlannedEdit, position: number, typicality: number | undefined): string {
    const parts = typicality !== undefined && typicality < LEAST_TYPICALITY
      ? ["farther from real genes than these are from each other"]
      : [];
    const words = this.#cellTypeWords(planned, position);
    return [...parts, ...(words === "" ? [] : [words])].join("; ");
  }

  #cellTypeWords(planned: PlannedEdit, position: number): string {
    const { typical, scope } = this.#options;
    if (typical === undefined || planned.samples < FEWEST_SAMPLES) return "";
    if (planned !== this.#planned) {
      this.#planned = planned;
      this.#words.clear();
      this.#byCellType = groupBy(
        planned.listPositions(),
        (each) => scope.cellTypeAt(each),
      );
    }
    const cellType = scope.cellTypeAt(position);
    const known = this.#words.get(cellType);
    if (known !== undefined) return known;
    const positions = this.#byCellType.get(cellType) ?? [];
    const words = positions.length < FEWEST_SAMPLES
      ? ""
      : this.#compare(planned, evenly(positions), typical);
    this.#words.set(cellType, words);
    return words;
  }

  /** Describes in what samples are unlike those of training only since they were edited. */
  #compare(planned: PlannedEdit, positions: readonly number[], typical: TypicalSignal): string {
    const { maker, values, toData } = this.#options;
    const statisticsOf = (samples: readonly EditedSample[]) =>
      findUnlike(typical, toData(samples))[0]?.statistics ?? [];
    const before = statisticsOf(
      positions.map((position) => {
        return { position, values: values.copy(position) };
      }),
    );
    const known = new Set(before.map(keyOf));
    const after = statisticsOf(
      positions.map((position) => {
        const [{ values }] = maker.edit(planned, position) as [EditedSample];
        return { position, values };
      }),
    );
    const caused = after.filter((statistic) => !known.has(keyOf(statistic)));
    return caused.length === 0 ? "" : `the cell type: ${describeUnlike(caused)}`;
  }
}

function keyOf({ statistic, marks }: UnlikeStatistic): string {
  return JSON.stringify([statistic, ...marks]);
}

function evenly(positions: readonly number[]): number[] {
  const count = Math.min(positions.length, MOST_SAMPLES);
  return Array.from(
    { length: count },
    (_, i) => positions[Math.floor(i * positions.length / count)]!,
  );
}
