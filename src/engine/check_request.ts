import { checkInteger } from "../base/check_integer.ts";
import { kindOfValue } from "../base/kind_of_value.ts";
import { ContractError } from "../errors.ts";
import { modelInputs } from "../model/inputs.ts";
import type { InputSpec, ModelSpec } from "../model/spec.ts";
import { transformFunction } from "../record.ts";
import { checkIndexArray, checkLearned, checkPacked } from "./check_columns.ts";
import type { EpochRequest } from "./engine.ts";
import { countRows, describeInputShape, entrySize, type SampleSource } from "./sample_source.ts";

/**
 * Throws unless a model can be run on these rows of a source, one list for each member. Engines do not check addresses:
 * they would answer a wrong request with a wrong number.
 *
 * @throws {ContractError} If the samples are of another shape than the model takes.
 * @throws {RangeError} If the number of lists is not that of the members, or the source lacks a row.
 * @throws {TypeError} If the source is no source, or a list or the signal in memory is no typed array.
 */
export function checkRows(
  spec: ModelSpec,
  { source, rows, members }: {
    readonly source: SampleSource;
    readonly rows: readonly Uint32Array[];
    readonly members: number;
  },
): void {
  checkCount(rows, members);
  checkSource(source);
  checkInputs(modelInputs(spec), source.inputs);
  checkVariants(source);
  checkResident(source);
  const count = countRows(source);
  for (const [model, some] of rows.entries()) {
    // Others are looked at, too, since a wrong row says more than a wrong type.
    const beyond = ArrayBuffer.isView(some)
      ? some.find((row) => !(row >= 0 && row < count && Number.isInteger(row)))
      : undefined;
    if (beyond !== undefined) {
      throw new RangeError(
        `Cannot run the model: row ${beyond} was requested, the data have ${count} rows`,
      );
    }
    checkIndexArray(some, { action: "run the model", name: `the list of rows of model ${model}` });
  }
}

/** Throws unless this can be a source. */
function checkSource(source: unknown): void {
  const { inputs, gather } = Object(source);
  if (Array.isArray(inputs) && typeof gather === "function") return;
  throw new TypeError(
    `Cannot run the model: source is ${
      kindOfValue(source)
    }, expected a source of samples, such as memorySource makes`,
  );
}

/** Rows are 32-bit integers. */
const MOST_ROWS = 2 ** 32;

function checkVariants(source: SampleSource): void {
  const { variants = 1 } = source;
  const isCount = Number.isSafeInteger(variants) && variants >= 1;
  if (isCount && !(countRows(source) > MOST_ROWS)) return;
  throw new ContractError(
    `Cannot run the model: the data have ${variants} variants of ${source.samples} samples, expected an integer >= 1 ` +
      `and at most ${MOST_ROWS} rows`,
  );
}

/**
 * Throws unless there is one entry for each member of a session.
 *
 * @throws {RangeError} Naming both numbers.
 */
export function checkCount(given: readonly unknown[], members: number): void {
  if (given.length === members) return;
  throw new RangeError(`Cannot run: got entries for ${given.length} models, expected ${members}`);
}

/** A source may have more inputs than the model takes. */
function checkInputs(taken: readonly InputSpec[], given: readonly InputSpec[]): void {
  for (const input of taken) {
    const found = given.find(({ name }) => name === input.name);
    if (found === undefined) {
      throw new ContractError(
        `Cannot run the model: the data have no ${input.name}, it takes ${
          describeInputShape(input)
        }`,
      );
    }
    if (describeInputShape(found) === describeInputShape(input)) continue;
    throw new ContractError(
      `Cannot run the model: the data have ${describeInputShape(found)}, it takes ${
        describeInputShape(input)
      }`,
    );
  }
}

/** Throws unless a signal in memory is that of all samples: engines read it without the source's help. */
function checkResident({ resident, samples, variants = 1, inputs }: SampleSource): void {
  if (resident === undefined) return;
  if (variants !== 1) {
    throw new ContractError(
      `Cannot run the model: the data have a resident signal and ${variants} variants, expected 1`,
    );
  }
  const [input, ...others] = inputs;
  if (input === undefined || others.length > 0) {
    throw new ContractError(
      `Cannot run the model: the data have a resident signal and ${inputs.length} inputs, expected 1`,
    );
  }
  checkPacked(resident.signal, { action: "run the model", name: "the resident signal" });
  // This throws if the transform is unknown.
  transformFunction(resident.transform);
  const expected = samples * entrySize(input);
  if (resident.signal.length === expected) return;
  throw new ContractError(
    `Cannot run the model: the data have ${resident.signal.length} values of a resident signal, expected ${expected}`,
  );
}

/**
 * Throws unless the members of a session can be trained as asked.
 *
 * @throws {TypeError} If the samples have no labels, or not one each, or other than one weight each.
 * @throws {RangeError} If the epoch is not an integer from 0, the orders or the piece do not begin and end between two steps,
 *   or a weight is not a number of at least 0.
 * @throws As {@linkcode checkRows} does.
 */
export function checkTraining(
  spec: ModelSpec,
  { source, orders, epoch, firstPosition = 0, start, end }: Pick<
    EpochRequest,
    "source" | "orders" | "epoch" | "firstPosition" | "start" | "end"
  >,
  { members, batchSize }: { readonly members: number; readonly batchSize: number },
): void {
  checkRows(spec, { source, rows: orders, members });
  checkInteger(epoch, { action: "train", name: "epoch", least: 0 });
  checkInteger(firstPosition, { action: "train", name: "firstPosition", least: 0 });
  if (firstPosition % batchSize !== 0) {
    throw new RangeError(
      `Cannot train: firstPosition is ${firstPosition}, expected a multiple of the batch size ${batchSize}`,
    );
  }
  for (const order of orders) checkPiece(order, { start, end, batchSize });
  if (source.labels === undefined) throw new TypeError("Cannot train: the data have no labels");
  checkLearned(source, "train");
  checkWeights(source);
}

function checkWeights({ weights }: SampleSource): void {
  if (weights === undefined) return;
  const wrong = weights.findIndex((weight) => !(Number.isFinite(weight) && weight >= 0));
  if (wrong < 0) return;
  throw new RangeError(
    `Cannot train: the weight of sample ${wrong} is ${weights[wrong]}, expected a number >= 0`,
  );
}

function checkPiece(
  { length }: Uint32Array,
  { start = 0, end = Infinity, batchSize }: Pick<EpochRequest, "start" | "end"> & {
    readonly batchSize: number;
  },
): void {
  for (const [name, place] of [["start", start], ["end", end]] as const) {
    if (place >= length || (place >= 0 && place % batchSize === 0)) continue;
    throw new RangeError(
      `Cannot train: ${name} is ${place}, expected a multiple of the batch size ${batchSize}`,
    );
  }
  if (start > end) {
    throw new RangeError(`Cannot train: the piece from ${start} to ${end} ends before it begins`);
  }
}

/**
 * The piece of an order that a request asks for.
 *
 * @param order The whole order.
 * @param request Where the piece begins and ends; either may be past the order's end.
 * @returns The same piece, cut off at the order's end.
 */
export function pieceOf(
  { length }: Uint32Array,
  { start = 0, end = length }: Pick<EpochRequest, "start" | "end">,
): { readonly start: number; readonly end: number } {
  return { start: Math.min(start, length), end: Math.min(end, length) };
}
