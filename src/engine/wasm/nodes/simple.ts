import { dropoutKey, dropoutScale, dropoutThreshold } from "../../dropout.ts";
import type { ActivationNode, DropoutNode, PoolNode } from "../plan_types.ts";
import type { Machine, Part } from "./machine.ts";

/** Where in a run a training step stands: what its dropout masks depend on. */
export interface StepPosition {
  readonly seed: number;
  readonly epoch: number;
  /** Position, in the epoch's order, of the batch's first sample. */
  readonly firstPosition: number;
}

/** Maxima of a part's samples. */
export function forwardPool({ kernels }: Machine, node: PoolNode, { start, count }: Part): void {
  const { name, input, output, offsets } = node;
  for (let sample = start; sample < start + count; sample++) {
    const to = output.address + sample * output.slot;
    const from = input.address + sample * input.slot;
    kernels[`${name}.forward`](to, offsets + sample * output.slot, from, 1);
  }
}

/** Deltas of the positions that the maxima came from. */
export function backwardPool({ kernels }: Machine, node: PoolNode, { start, count }: Part): void {
  const { name, input, output, offsets } = node;
  if (input.delta === undefined) return;
  for (let sample = start; sample < start + count; sample++) {
    const to = input.delta + sample * input.slot;
    const delta = output.delta! + sample * output.slot;
    kernels.clear(to, input.rows * input.stride);
    kernels[`${name}.backward`](to, offsets + sample * output.slot, delta);
  }
}

/** Drops values of a part's samples in training, or passes all of them on. */
export function forwardDropout(
  machine: Machine,
  node: DropoutNode,
  { part: { start, count }, position }: { part: Part; position: StepPosition | undefined },
): void {
  const { input, output, mask, maskSlot } = node;
  const drop = position && maskMaker(machine, node, position);
  for (let sample = start; sample < start + count; sample++) {
    const from = input.address + sample * input.slot;
    const to = output.address + sample * output.slot;
    if (drop === undefined) {
      machine.floats.copyWithin(to / 4, from / 4, (from + input.rows * input.stride) / 4);
    } else {
      drop(sample);
      multiplyByMask(machine, node, { to, from, factors: mask + sample * maskSlot });
    }
  }
}

function maskMaker(
  { kernels }: Machine,
  { layer, rate, input, mask, maskSlot }: DropoutNode,
  { seed, epoch, firstPosition }: StepPosition,
): (sample: number) => void {
  const [key0, key1] = dropoutKey(seed, layer, epoch);
  const blocks = Math.ceil(input.rows * input.channels / 8);
  const [threshold, scale] = [dropoutThreshold(rate), dropoutScale(rate)];
  return (sample) => {
    const [target, position] = [mask + sample * maskSlot, firstPosition + sample];
    kernels.dropoutMask(target, key0, key1, position, blocks, threshold, scale);
  };
}

/** Deltas through the same masks. */
export function backwardDropout(machine: Machine, node: DropoutNode, part: Part): void {
  const { input, output, mask, maskSlot } = node;
  if (input.delta === undefined) return;
  for (let sample = part.start; sample < part.start + part.count; sample++) {
    const to = input.delta + sample * input.slot;
    const from = output.delta! + sample * output.slot;
    multiplyByMask(machine, node, { to, from, factors: mask + sample * maskSlot });
  }
}

/** A mask has no gaps; the rows it is applied to, run by run, may. */
function multiplyByMask(
  { kernels }: Machine,
  { input: { rows, channels, run } }: DropoutNode,
  { to, from, factors }: { to: number; from: number; factors: number },
): void {
  const runs = rows * channels / run.count;
  const [stride, maskStride] = [4 * run.padded, 4 * run.count];
  kernels.multiplyRows(to, from, factors, runs, run.padded / 4, stride, maskStride);
}

/** Activates a part's samples. */
export function forwardActivation({ kernels }: Machine, node: ActivationNode, part: Part): void {
  const { input, output, slope } = node;
  for (let sample = part.start; sample < part.start + part.count; sample++) {
    const from = input.address + sample * input.slot;
    const to = output.address + sample * output.slot;
    kernels.leaky(to, from, input.rows * input.stride / 16, slope);
  }
}

/** Deltas through the activation. */
export function backwardActivation({ kernels }: Machine, node: ActivationNode, part: Part): void {
  const { input, output, slope } = node;
  if (input.delta === undefined) return;
  for (let sample = part.start; sample < part.start + part.count; sample++) {
    const to = input.delta + sample * input.slot;
    const delta = output.delta! + sample * output.slot;
    const value = output.address + sample * output.slot;
    kernels.leakyBackward(to, delta, value, input.rows * input.stride / 16, slope);
  }
}
