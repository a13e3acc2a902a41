import { ContractError } from "../errors.ts";
import type { SequentialSpec as ModelSpec } from "../model/spec.ts";
import { transformFunction } from "../record.ts";
import type { EngineData, EpochRequest } from "./engine.ts";

/**
 * Throws unless a model can be run on these rows of the data. Engines read memory without looking: what is not refused here
 * they would answer with a number.
 *
 * @throws {ContractError} If the data are of another shape than the model takes.
 * @throws {RangeError} If there is no such row, or no such transform.
 */
export function checkRows(
  { bins, marks }: Pick<ModelSpec, "bins" | "marks">,
  data: EngineData,
  rows: Uint32Array,
): void {
  if (data.bins !== bins || data.marks !== marks) {
    throw new ContractError(
      `Cannot run the model: the data have ${data.bins} bins × ${data.marks} marks, it takes ` +
        `${bins} × ${marks}`,
    );
  }
  // It throws where there is none of that name.
  transformFunction(data.transform);
  const samples = Math.floor(data.signal.length / (bins * marks));
  const beyond = rows.find((row) => row >= samples);
  if (beyond === undefined) return;
  throw new RangeError(
    `Cannot run the model: row ${beyond} was asked for, the data have ${samples}`,
  );
}

type TrainingRequest = Pick<EpochRequest, "data" | "order" | "start" | "end">;

/**
 * Throws unless a model can be trained as asked.
 *
 * @throws {TypeError} If the data have no labels, or not one for each sample.
 * @throws {RangeError} If the piece of the order does not begin and end between two steps.
 * @throws As {@linkcode checkRows} does.
 */
export function checkTraining(
  spec: Pick<ModelSpec, "bins" | "marks">,
  { data, order, start = 0, end = order.length }: TrainingRequest,
  batchSize: number,
): void {
  checkRows(spec, data, order);
  for (const [name, place] of [["start", start], ["end", end]] as const) {
    if (place >= order.length || (place >= 0 && place % batchSize === 0)) continue;
    throw new RangeError(
      `Cannot train: ${name} is ${place}, expected a multiple of the batch size ${batchSize}`,
    );
  }
  if (start > end) {
    throw new RangeError(`Cannot train: the piece from ${start} to ${end} ends before it begins`);
  }
  const { labels, signal } = data;
  if (labels === undefined) throw new TypeError("Cannot train: the data have no labels");
  const samples = signal.length / (spec.bins * spec.marks);
  if (labels.length === samples) return;
  throw new TypeError(`Cannot train: ${labels.length} labels were given, expected ${samples}`);
}
