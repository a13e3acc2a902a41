import { checkInteger } from "../base/check_integer.ts";
import { showValue } from "../base/show_value.ts";
import { chooseThreads } from "../base/threads.ts";
import { checkWeights } from "../model/check_weights.ts";
import { weightShapes } from "../model/shapes.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { MemberOptions, PredictionPath, SessionOptions } from "./engine.ts";
import { parseSchedule } from "../model/schedule.ts";

/** The ways of predicting. */
const PATHS: readonly PredictionPath[] = ["grouped", "direct"];

/**
 * Throws unless a session can be made with these options.
 *
 * @throws {ContractError} If weights do not fit the model.
 * @throws {RangeError} If a setting is out of range, or there are no members.
 * @throws {TypeError} If the members are no array.
 */
export function checkSession(
  spec: ModelSpec,
  options: SessionOptions,
): void {
  const { members, batchSize, threads, path } = Object(options) as SessionOptions;
  if (!Array.isArray(members)) {
    throw new TypeError(
      `Cannot make session: members are ${showValue(members)}, expected an array of them`,
    );
  }
  // This throws if the number is out of range.
  chooseThreads(threads);
  checkInteger(batchSize, { action: "make session", name: "batchSize", least: 1 });
  if (path !== undefined && !PATHS.includes(path)) {
    throw new RangeError(
      `Cannot make session: path is ${JSON.stringify(path)}, expected ${PATHS.join(" or ")}`,
    );
  }
  if (members.length === 0) {
    throw new RangeError("Cannot make session: it has 0 members, expected 1 or more");
  }
  for (const member of members) checkMember(spec, member);
}

function checkMember(spec: ModelSpec, member: MemberOptions): void {
  const { weights, seed, learningRate, weightDecay = 0, frozen = [] } = member;
  checkWeights(spec, weights);
  checkInteger(seed, { action: "make session", name: "seed", least: 0 });
  if (!Number.isFinite(learningRate)) {
    throw new RangeError(
      `Cannot make session: learningRate is ${showValue(learningRate)}, expected a finite number`,
    );
  }
  if (!(Number.isFinite(weightDecay) && weightDecay >= 0)) {
    throw new RangeError(
      `Cannot make session: weightDecay is ${showValue(weightDecay)}, expected a number >= 0`,
    );
  }
  checkSchedule(member);
  checkFrozen(spec, frozen);
}

function checkSchedule({ schedule, totalSteps }: MemberOptions): void {
  const options = { action: "make session", name: "totalSteps", least: 1 };
  if (totalSteps !== undefined) checkInteger(totalSteps, options);
  if (schedule === undefined) return;
  const { type } = parseSchedule(schedule);
  if (type === "constant" || totalSteps !== undefined) return;
  throw new RangeError(
    `Cannot make session: a schedule of type ${type} needs totalSteps, expected an integer >= 1`,
  );
}

function checkFrozen(spec: ModelSpec, frozen: readonly number[]): void {
  if (frozen.length === 0) return;
  const shapes = weightShapes(spec);
  for (const index of frozen) {
    const shape = shapes[index];
    if (shape?.trainable) continue;
    throw new RangeError(
      shape === undefined
        ? `Cannot freeze weight ${index}: the model has ${shapes.length} weights, expected an index below that`
        : `Cannot freeze weight ${index}: it is a ${shape.name}, expected one that training moves`,
    );
  }
  const recurrent = new Set(
    shapes.flatMap(({ name, layer }) => name.endsWith("recurrent_kernel") ? [layer] : []),
  );
  const parts = new Set(frozen.map((index) => shapes[index]!.layer));
  for (const [index, shape] of shapes.entries()) {
    if (!recurrent.has(shape.layer) || !parts.has(shape.layer) || frozen.includes(index)) continue;
    throw new RangeError(
      `Cannot freeze a part of layer ${shape.layer}: weight ${index} (${shape.name}) is missing, expected all weights ` +
        "of a recurrent layer or none",
    );
  }
}
