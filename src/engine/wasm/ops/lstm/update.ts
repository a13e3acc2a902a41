import type { ExecutionContext, Update } from "../context.ts";
import {
  forSomeSamples,
  type RecurrentGradients,
  transposeRecurrentLayer,
  updateRecurrentLayer,
} from "../recurrent/update.ts";
import { placesOf, stepsOf } from "./run.ts";
import { lstmLayout, type LstmNode } from "./shape.ts";
import { LSTM_WEIGHT_GRADIENT_KERNELS } from "./tables.ts";

/** Takes a step with some rows of the kernels; see `updateRecurrentLayer`. */
export function lstmUpdate(context: ExecutionContext, node: LstmNode, update: Update): void {
  const layout = lstmLayout(node.shape);
  const { kernelGradient, recurrentGradient } = context.bind(
    LSTM_WEIGHT_GRADIENT_KERNELS,
    node.name,
  );
  const gradients: RecurrentGradients = {
    addKernel: kernelGradient,
    addRecurrent: (gradient, { direction, unit, rows }) => {
      // The step that reads first has no state before it.
      for (const step of stepsOf(node, direction).slice(1)) {
        forSomeSamples(update.samples, (sample, count) => {
          const records = node.records + sample * layout.sampleStride;
          const { state, gates } = placesOf(node, records, step);
          recurrentGradient(gradient, state + 4 * unit, gates, rows, count);
        });
      }
    },
  };
  updateRecurrentLayer(context, node, { update, layout, gradients });
}

/** Renews the transposed copies of the kernels. */
export function lstmTranspose(context: ExecutionContext, node: LstmNode): void {
  transposeRecurrentLayer(context, node, lstmLayout(node.shape));
}
