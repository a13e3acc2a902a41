import { listBytes, PANEL_ROW_BYTES } from "../kernels/lists.ts";
import { countValues } from "../layout.ts";
import type { ListedDenseNode } from "../plan_types.ts";
import { applyAdam, type Machine, type Part, type Update } from "./machine.ts";

/** Product, bias and activation of a part's samples; lists their inputs on the way. */
export function forwardListedDense(
  machine: Machine,
  node: ListedDenseNode,
  { part: { start, count }, training }: { part: Part; training: boolean },
): void {
  const { kernels } = machine;
  const { name, input, output, kernel, bias, gate, slope, lists } = node;
  const from = input.address + start * input.slot;
  const to = output.address + start * output.slot;
  const list = lists.address + start * lists.slot;
  // A prediction drops nothing: behind a mere dropout there are no zeros then.
  const whole = gate !== undefined && !training;
  if (!whole) {
    for (let sample = start; sample < start + count; sample++) listInputs(machine, node, sample);
  }
  for (const { column, block } of panels(node)) {
    const [target, first] = [to + column, bias.weight + column];
    const b = kernel.weight + block;
    if (whole) kernels[`${name}.panel`](target, from, b, first, count);
    else kernels.listedProduct(target, output.slot, first, list, lists.slot, b, count);
  }
  if (slope !== 1) kernels.leaky(to, to, count * output.slot / 16, slope);
}

/**
 * Lists the inputs of a sample that are not zero, or, behind a mere dropout, that it kept: those that were zero
 * before have a gradient too. A mask has no gaps; the inputs, run by run, may.
 */
function listInputs({ kernels }: Machine, node: ListedDenseNode, sample: number): void {
  const { input, gate, lists } = node;
  const list = lists.address + sample * lists.slot;
  const values = input.address + sample * input.slot;
  const inputs = countValues(input);
  if (gate === undefined) {
    kernels.list(list, values, values, inputs, 4, 0, PANEL_ROW_BYTES);
    return;
  }
  const gapless = input.run.count === input.run.padded;
  const { count, padded } = gapless ? { count: inputs, padded: inputs } : input.run;
  const mask = gate.mask + sample * gate.maskSlot;
  for (let run = 0; run * padded < inputs; run++) {
    const first = run * padded;
    const kept = mask + 4 * run * count;
    const row = first * PANEL_ROW_BYTES;
    kernels.list(list, kept, values + 4 * first, count, 4, row, PANEL_ROW_BYTES);
  }
}

/** Deltas of the listed inputs for a part's samples; the others have none. */
export function backwardListedDense(
  { kernels }: Machine,
  node: ListedDenseNode,
  { start, count }: Part,
): void {
  const { input, output, slope, kernel, lists } = node;
  const delta = output.delta! + start * output.slot;
  if (slope !== 1) {
    const value = output.address + start * output.slot;
    kernels.leakyBackward(delta, delta, value, count * output.slot / 16, slope);
  }
  const list = lists.address + start * lists.slot;
  for (let sample = 0; sample < count; sample++) {
    kernels.clear(list + sample * lists.slot + lists.sums, lists.slot - lists.sums);
  }
  for (const { column, block } of panels(node)) {
    kernels.listedDots(
      ...[list, lists.slot, lists.sums, delta + column, output.slot],
      ...[kernel.weight + block, count],
    );
  }
  for (let sample = 0; sample < count; sample++) {
    const inputDelta = input.delta! + (start + sample) * input.slot;
    const sampleList = list + sample * lists.slot;
    kernels.clear(inputDelta, input.rows * input.stride);
    kernels.spreadDots(inputDelta, sampleList, sampleList + lists.sums);
  }
}

/**
 * Gradient of some rows of the kernel over all samples of the batch, and Adam's step. A row of the kernel is what
 * one input multiplies, so the lists here are the input's values that are not zero, sample after sample; a panel's
 * step is taken while its gradient is in the nearest cache.
 */
export function updateListedDense(machine: Machine, node: ListedDenseNode, update: Update): void {
  const { kernels, scratch } = machine;
  const { input, output, kernel, bias, zeros } = node;
  const { firstRow, rows, samples, adam } = update;
  const slot = listBytes(samples);
  for (let row = 0; row < rows; row++) {
    const values = input.address + 4 * (firstRow + row);
    kernels.list(scratch + row * slot, values, values, samples, input.slot, 0, output.slot);
  }
  for (const { column, block } of panels(node)) {
    const offset = block + firstRow * PANEL_ROW_BYTES;
    kernels.listedProduct(
      ...[kernel.gradient + offset, PANEL_ROW_BYTES, zeros],
      ...[scratch, slot, output.delta! + column, rows],
    );
    applyAdam(machine, kernel, { offset, bytes: rows * PANEL_ROW_BYTES, adam });
  }
  if (firstRow > 0) return;
  kernels.clear(bias.gradient, bias.bytes);
  kernels.columnSum(bias.gradient, output.delta!, samples, output.stride / 16, output.slot);
  applyAdam(machine, bias, { offset: 0, bytes: bias.bytes, adam });
}

/** For each panel the bytes from the first unit to its first one, and from the kernel's first value to its. */
function* panels(node: ListedDenseNode): Generator<{ column: number; block: number }> {
  const blockBytes = countValues(node.input) * PANEL_ROW_BYTES;
  for (let column = 0; column < node.output.stride; column += PANEL_ROW_BYTES) {
    yield { column, block: column / PANEL_ROW_BYTES * blockBytes };
  }
}
