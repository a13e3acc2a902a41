/**
 * Gradients along straight paths between samples, averaged: what integrated gradients are made of.
 *
 * @module
 */

import { checkInteger } from "../base/check_integer.ts";
import type { InputName } from "../model/spec.ts";
import type { CallOptions, InputGradients, Session } from "./engine.ts";
import { gradientSize, type PathRequest, PathSource } from "./path_source.ts";

export type { PathRequest } from "./path_source.ts";

/** Values of gradients that are held at a time, of one member. */
const MOST_VALUES = 1 << 22;

/**
 * Finds the weighted sum of a model's input gradients at the points of each path.
 *
 * @param session One or several models; all take the same paths.
 * @param request The paths and their points.
 * @param options Progress, in points of all members together, and abort signal.
 * @returns For each member, the sums for each input: `[path, …shape of a sample]`.
 * @throws {ContractError} If baselines, fractions and rows do not fit each other, or the samples do not fit the model.
 * @throws {RangeError} If the samples lack one of the rows, or a path begins at a baseline that is missing.
 *
 * @example The mean gradient between no signal and a sample
 * ```ts
 * import { memorySource, pathGradients, selectEngine } from "@waka/histone/engine";
 * import { initialWeights, presetSpec } from "@waka/histone/model";
 * import { strictEqual } from "node:assert";
 *
 * const spec = presetSpec("experiment1", { bins: 20, marks: 1 });
 * const { engine } = await selectEngine("wasm", spec);
 * const members = [{ weights: initialWeights(spec, 1), seed: 1, learningRate: 0.01 }];
 * await using session = await engine.createSession(spec, { members, batchSize: 8 });
 * const signal = new Uint8Array(20).fill(3);
 * const source = memorySource({ signal, labels: undefined, bins: 20, marks: 1, transform: "none" });
 * const [gradients] = await pathGradients(session, {
 *   source,
 *   rows: Uint32Array.of(0),
 *   baselines: { signal: new Float32Array(20) },
 *   baselineOf: Uint32Array.of(0),
 *   fractions: Float64Array.of(0.25, 0.75),
 *   weights: Float64Array.of(0.5, 0.5),
 * });
 * strictEqual(gradients!.signal!.length, 20);
 * ```
 */
export async function pathGradients(
  session: Session,
  request: PathRequest,
  options: CallOptions = {},
): Promise<InputGradients[]> {
  const steps = request.weights.length;
  checkInteger(steps, { action: "follow paths", name: "number of steps", least: 1 });
  const path = new PathSource(request);
  const found = await session.pathGradients?.(request, options);
  return found ?? await addUpPoints(session, { request, path }, options);
}

/** The gradients at all points, by the engine's usual way, added up. */
async function addUpPoints(
  session: Session,
  { request, path }: { readonly request: PathRequest; readonly path: PathSource },
  { onProgress, signal }: CallOptions,
): Promise<InputGradients[]> {
  const steps = request.weights.length;
  const paths = request.rows.length;
  const { inputs } = request.source;
  const largest = Math.max(1, ...inputs.map(gradientSize));
  const many = Math.max(1, Math.floor(MOST_VALUES / (largest * steps)));
  const sums = Array.from(
    { length: session.members },
    () => new Map<InputName, Float32Array<ArrayBuffer>>(),
  );
  const total = paths * steps * session.members;
  for (let first = 0; first < paths; first += many) {
    const end = Math.min(paths, first + many);
    const points = Uint32Array.from(
      { length: (end - first) * steps },
      (_, point) => first * steps + point,
    );
    const found = await session.inputGradients(
      path,
      Array.from({ length: session.members }, () => points),
      {
        signal,
        onProgress: onProgress &&
          (({ done }) =>
            onProgress({ done: first * steps * session.members + done, total, unit: "points" })),
      },
    );
    for (const [member, gradients] of found.entries()) {
      for (const input of inputs) {
        const values = gradients[input.name];
        if (values === undefined) continue;
        const size = gradientSize(input);
        const target = sums[member]!.get(input.name) ?? new Float32Array(paths * size);
        sums[member]!.set(input.name, target);
        addPoints(values, { target, first: first * size, size, weights: request.weights });
      }
    }
  }
  return sums.map((byName) => Object.fromEntries(byName) as InputGradients);
}

/** Adds up the gradients of each path, in float64. */
function addPoints(
  values: Float32Array,
  { target, first, size, weights }: {
    readonly target: Float32Array;
    readonly first: number;
    readonly size: number;
    readonly weights: Float64Array;
  },
): void {
  const sum = new Float64Array(size);
  const perPath = size * weights.length;
  for (let from = 0, to = first; from < values.length; from += perPath, to += size) {
    sum.fill(0);
    for (let step = 0, at = from; step < weights.length; step++) {
      const weight = weights[step]!;
      for (let i = 0; i < size; i++) sum[i] = sum[i]! + weight * values[at++]!;
    }
    target.set(sum, to);
  }
}
