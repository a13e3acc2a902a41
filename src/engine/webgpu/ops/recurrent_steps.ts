/**
 * The walk of GRUs and LSTMs along the positions, forward and back through time. A workgroup has four items and one
 * direction, a thread one unit, for all four: a vector has a value of each item. What threads read of each other is in
 * shared memory, and they wait for each other at each position. Workgroups: x items, y directions, z models. Limits: a
 * thread a unit, and four vectors a unit in 16 KB of shared memory; hence {@linkcode MOST_UNITS}.
 *
 * @module
 */

import { bindRead, bindWrite, type Kernel, makeKernel, unrollWgsl } from "../kernel.ts";
import { deltaStride, locateDeltaWgsl, locateValueWgsl, sampleStride } from "../tensors.ts";
import { gruBackwardWgsl, gruForwardWgsl } from "./gru.ts";
import { lstmBackwardWgsl, lstmForwardWgsl } from "./lstm.ts";
import {
  declareWeightsWgsl,
  gatesOfPosition,
  locateGatesWgsl,
  locateMemoryWgsl,
  type RecurrentShape,
  returnsSequences,
  SQUASH_WGSL,
  unitsOfPosition,
} from "./recurrent.ts";

/** Units that a direction may have. */
export const MOST_UNITS = 256;
/** Items of a workgroup. */
const ITEMS = 4;

/** Fills the gates and the memory, and writes the states. */
export function recurrentForwardWgsl(shape: RecurrentShape): Kernel {
  const { name, output, states, weights: { channels, units, columns } } = shape;
  const { declarations, start, step } = shape.cell === "gru"
    ? gruForwardWgsl(shape)
    : lstmForwardWgsl(shape);
  const alone = !returnsSequences(shape);
  const { positions } = shape.input;
  return makeStepsKernel(shape, {
    name: `${name} forward`,
    buffers: {
      weights: bindRead("weights"),
      gates: bindWrite(`${name}.gates`),
      memory: bindWrite(`${name}.memory`),
      states: bindWrite(`${states.name}.value`),
      ...(alone && { value: bindWrite(`${output.name}.value`) }),
    },
    declarations: `${declareWeightsWgsl(shape)}
${declareStoreWgsl("storeState", "states", sampleStride(states))}
${declareStoreWgsl("storeMemory", "memory", deltaStride(states))}
${alone ? declareStoreWgsl("storeOutput", "value", sampleStride(output)) : ""}
${declarations}`,
    body: `  let stateStart = ${
      locateValueWgsl(states, "firstItem")
    } + direction * ${units}u + unit;
  let recurrent = weightAt(model, direction, ${channels}u, unit);
${start}
  for (var read = 0u; read < ${positions}u; read++) {
    let position = select(read, ${positions - 1}u - read, direction == 1u);
    let gate = gateStart + position * ${gatesOfPosition(shape)}u;
    let remembered = memoryStart + position * ${unitsOfPosition(shape)}u;
${step}
    storeState(stateStart + position * ${unitsOfPosition(shape)}u, next, items);${
      alone
        ? `
    if (read == ${positions - 1}u) {
      storeOutput(${
          locateValueWgsl(output, "firstItem")
        } + direction * ${units}u + unit, next, items);
    }`
        : ""
    }
  }`,
    columns,
  });
}

/** Turns the gates into the derivatives of the loss by their sums, from the last position read to the first. */
export function recurrentStepsBackwardWgsl(shape: RecurrentShape): Kernel {
  const { name, output, states, weights: { units, gates, directions, columns } } = shape;
  const { declarations, start, step } = shape.cell === "gru"
    ? gruBackwardWgsl(shape)
    : lstmBackwardWgsl(shape);
  const { positions } = shape.input;
  const all = returnsSequences(shape);
  const place = all ? `position * ${unitsOfPosition(shape)}u` : "0u";
  return makeStepsKernel(shape, {
    name: `${name} steps backward`,
    buffers: {
      transposed: bindRead(`${name}.transposed`),
      gates: bindWrite(`${name}.gates`),
      memory: bindRead(`${name}.memory`),
      states: bindRead(`${states.name}.value`),
      delta: bindRead(`${output.name}.delta`),
    },
    declarations: `${declareLoadWgsl("loadState", "states", sampleStride(states))}
${declareLoadWgsl("loadMemory", "memory", deltaStride(states))}
${declareLoadWgsl("loadDelta", "delta", deltaStride(output))}
${declarations}`,
    body: `  let stateStart = ${
      locateValueWgsl(states, "firstItem")
    } + direction * ${units}u + unit;
  let deltaStart = ${locateDeltaWgsl(output, "firstItem")} + direction * ${units}u + unit;
  let recurrent = (model * ${directions}u + direction) * ${gates * units * units}u + unit;
  // The derivative by the state, as the positions read later pass it back.
  var carried = vec4f();
${start}
  for (var left = ${positions}u; left > 0u; left--) {
    let read = left - 1u;
    let position = select(read, ${positions}u - left, direction == 1u);
    let before = select(position - 1u, position + 1u, direction == 1u);
    let gate = gateStart + position * ${gatesOfPosition(shape)}u;
    let remembered = memoryStart + position * ${unitsOfPosition(shape)}u;
    var d = carried;
    if (${all ? "true" : `left == ${positions}u`}) { d += loadDelta(deltaStart + ${place}); }
    var h = vec4f();
    if (read > 0u) { h = loadState(stateStart + before * ${unitsOfPosition(shape)}u); }
${step}
  }`,
    columns,
  });
}

/** A kernel of a workgroup for each four items and direction. */
function makeStepsKernel(
  shape: RecurrentShape,
  { name, buffers, declarations, body, columns }: {
    readonly name: string;
    readonly buffers: Parameters<typeof makeKernel>[0]["buffers"];
    readonly declarations: string;
    readonly body: string;
    readonly columns: number;
  },
): Kernel {
  const { input: { positions }, output, weights: { units, directions }, models } = shape;
  const gateStride = positions * gatesOfPosition(shape);
  return makeKernel({
    name,
    buffers: { ...buffers, ...output.count.buffers },
    declarations: `${SQUASH_WGSL}
${declareLoadWgsl("loadGate", "gates", gateStride)}
${declareStoreWgsl("storeGate", "gates", gateStride)}
${declarations}`,
    threads: units,
    workgroups: [Math.ceil(output.samples / ITEMS), directions, models],
    body: `  let firstItem = group.x * ${ITEMS}u;
  let direction = group.y;
  let count = ${output.count.wgsl};
  if (firstItem >= count) { return; }
  let items = min(${ITEMS}u, count - firstItem);
  let unit = lane;
  let gateStart = ${locateGatesWgsl(shape, "firstItem")} + direction * ${columns}u + unit;
  let memoryStart = ${locateMemoryWgsl(shape, "firstItem")} + direction * ${units}u + unit;
${body}`,
  });
}

/** WGSL that declares a function that loads a value of each of four items; those beyond the last have any. */
function declareLoadWgsl(name: string, buffer: string, stride: number): string {
  const loads = Array.from({ length: ITEMS }, (_, i) => `${buffer}[i + ${i * stride}u]`);
  return `fn ${name}(i: u32) -> vec4f { return vec4f(${loads.join(", ")}); }`;
}

/** WGSL that declares a function that stores a value of each of `items` items. */
function declareStoreWgsl(name: string, buffer: string, stride: number): string {
  return `fn ${name}(i: u32, values: vec4f, items: u32) {
${
    unrollWgsl(
      ITEMS,
      (item) => `  if (items > ${item}u) { ${buffer}[i + ${item * stride}u] = values[${item}]; }`,
    )
  }
}`;
}
