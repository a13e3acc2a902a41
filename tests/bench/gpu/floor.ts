/** The least time that a training step can take on a device, beside what it took. */

import { planModel } from "../../../src/engine/webgpu/plan.ts";
import type { SequentialSpec as ModelSpec } from "../../../src/model/spec.ts";
import { formatMarkdown, formatMeasured, formatRate } from "../report.ts";
import type { Ceilings } from "./ceilings.ts";
import { countStep, type KernelCost } from "./step_cost.ts";

/** The parts of a step's least time, in microseconds. */
export interface Floor {
  /**
   * Kernels one after the other, each bound by its arithmetic or its memory, whichever takes
   * longer.
   */
  readonly kernels: number;
  /** Starting them. */
  readonly dispatches: number;
  /** Shuffling the step's samples on the processor, which the GPU waits for. */
  readonly order: number;
}

/** A step as it is predicted and measured. */
export interface FloorRow extends Floor {
  readonly figure: string;
  readonly models: number;
  readonly batchSize: number;
  /**
   * Floating-point operations of a step that are needed, in millions, and those of dense backward
   * passes.
   */
  readonly megaflop: number;
  readonly denseMegaflop: number;
  readonly megabytes: number;
  readonly dispatchCount: number;
  /** All parts together, in microseconds. */
  readonly floor: number;
  /** Microseconds; null where training was not measured. */
  readonly measured: number | null;
}

/** A step of models side by side, and how fast they trained. */
export interface StepCase {
  readonly figure: string;
  readonly spec: ModelSpec;
  readonly models: number;
  readonly batchSize: number;
  /** Samples per second of all models together. */
  readonly rate: number | null;
}

/** Steps whose samples the engine gathers in one dispatch, at most. */
const STEPS_OF_GATHERING = 32;

/** Kernels that the engine starts in a step, its share of the gathering included. */
export function countDispatches(spec: ModelSpec, models: number, samples: number): number {
  const plan = planModel(spec, {
    models,
    samples,
    gathered: samples * STEPS_OF_GATHERING,
    limits: { storageBytes: 32 * 1024, threads: 256 },
  });
  return plan.training.length + 1 / STEPS_OF_GATHERING;
}

/** The least time of the kernels of `models` steps, in microseconds. */
export function kernelMicroseconds(
  costs: readonly KernelCost[],
  { fp32Gigaflops, copyGigabytes }: Pick<Ceilings, "fp32Gigaflops" | "copyGigabytes">,
  models = 1,
): number {
  // 10⁹ a second are 10³ a microsecond.
  return costs.reduce((sum, { multiplyAdds, bytes }) => {
    const arithmetic = 2 * multiplyAdds / fp32Gigaflops;
    const memory = bytes / copyGigabytes;
    return sum + models * Math.max(arithmetic, memory) / 1e3;
  }, 0);
}

/** Predicts a step and puts the measurement beside it. Signals are bytes. */
export function predictStep(step: StepCase, ceilings: Ceilings): FloorRow {
  const { figure, spec, models, batchSize, rate } = step;
  const costs = countStep(spec, { batchSize, signalBytes: 1 });
  const total = (of: (cost: KernelCost) => number) =>
    models * costs.reduce((sum, cost) => sum + of(cost), 0) / 1e6;
  const dispatchCount = countDispatches(spec, models, batchSize);
  const kernels = kernelMicroseconds(costs, ceilings, models);
  const dispatches = dispatchCount * ceilings.dispatchMicroseconds;
  const order = models * batchSize * ceilings.shuffleNanoseconds / 1e3;
  return {
    figure,
    models,
    batchSize,
    dispatchCount,
    kernels,
    dispatches,
    order,
    megaflop: total(({ multiplyAdds }) => 2 * multiplyAdds),
    denseMegaflop: total(({ denseMultiplyAdds }) => 2 * denseMultiplyAdds),
    megabytes: total(({ bytes }) => bytes),
    floor: kernels + dispatches + order,
    measured: rate === null ? null : models * batchSize / rate * 1e6,
  };
}

const COLUMNS = [
  "step",
  "models",
  "batch",
  "MFLOP",
  "dense",
  "MB",
  "dispatches",
  "kernels µs",
  "+ dispatches µs",
  "+ order µs",
  "= floor µs",
  "measured µs",
  "measured / floor",
];

/** The rows as a Markdown table. */
export function formatFloors(rows: readonly FloorRow[]): string {
  return formatMarkdown(
    COLUMNS,
    rows.map((row) => [
      row.figure,
      String(row.models),
      String(row.batchSize),
      ...[row.megaflop, row.denseMegaflop, row.megabytes, row.dispatchCount].map(formatRate),
      ...[row.kernels, row.dispatches, row.order, row.floor].map(formatRate),
      formatMeasured(row.measured),
      row.measured === null ? "" : `${formatRate(row.measured / row.floor)}×`,
    ]),
  );
}
