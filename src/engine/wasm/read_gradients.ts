import { branchInputShape } from "../../model/inputs.ts";
import { sizeOf } from "../../model/shapes.ts";
import type { InputName, InputSpec } from "../../model/spec.ts";
import { placesOf } from "../sample_source.ts";
import { deltaOf } from "./layout.ts";
import type { ExecutionContext } from "./ops/context.ts";
import { MISSING } from "./ops/join/types.ts";
import type { Chain, Plan } from "./plan/types.ts";

/** Gradients with respect to the inputs of a model, `[row, …shape of a sample]`. */
export type GradientArrays = Partial<Record<InputName, Float32Array<ArrayBuffer>>>;

/** Values of a sample's gradient with respect to an input. */
function gradientSize(input: InputSpec): number {
  return placesOf(input) * sizeOf(branchInputShape(input));
}

/** Makes arrays of zeros for the gradients of a number of samples. */
export function createGradients(inputs: readonly InputSpec[], samples: number): GradientArrays {
  const gradients: GradientArrays = {};
  for (const input of inputs) {
    gradients[input.name] = new Float32Array(samples * gradientSize(input));
  }
  return gradients;
}

/** Adds the derivatives that an explanation of a batch left in the chains to the gradients of its samples. */
export function readGradients(
  context: ExecutionContext,
  { encoders, join, head }: Plan,
  { inputs, gradients, firstSample, samples }: {
    readonly inputs: readonly InputSpec[];
    readonly gradients: GradientArrays;
    /** Row of the batch's first sample in the arrays. */
    readonly firstSample: number;
    readonly samples: number;
  },
): void {
  if (join === undefined) {
    const input = inputs[0]!;
    const target = gradients[input.name]!;
    for (let sample = 0; sample < samples; sample++) {
      const first = (firstSample + sample) * gradientSize(input);
      addGradient(context, head, { entry: sample, target, first });
    }
    return;
  }
  for (const [index, { places, entryOf }] of join.branches.entries()) {
    const route = join.routes[index]!;
    const input = inputs[route.input]!;
    const target = gradients[input.name]!;
    const size = gradientSize(input);
    for (let use = 0; use < samples * places; use++) {
      const entry = context.words[entryOf / 4 + use]!;
      if (entry === MISSING) continue;
      const first = firstSample * size + use * size / places;
      const { follows } = encoders[route.last]!;
      const read = follows === undefined ? entry : context.words[follows.entryOf / 4 + entry]!;
      addGradient(context, encoders[route.first]!, { entry: read, target, first });
    }
  }
}

function addGradient(
  { floats }: ExecutionContext,
  { input, inputDeltaStride }: Chain,
  { entry, target, first }: {
    readonly entry: number;
    readonly target: Float32Array;
    readonly first: number;
  },
): void {
  const { rows, channels } = input;
  for (let row = 0; row < rows; row++) {
    const source = (deltaOf(input, entry) + row * inputDeltaStride) / 4;
    for (let channel = 0; channel < channels; channel++) {
      const i = first + row * channels + channel;
      target[i] = target[i]! + floats[source + channel]!;
    }
  }
}
