/** The loss of each epoch, also while a model is being trained. */

import { makeSvg } from "../dom.ts";
import { formatCountOf, formatValue } from "../words.ts";
import { lineThrough, makeFrame } from "./frame.ts";

/** A plot of losses. */
export interface LossPlot {
  readonly element: HTMLElement;
  /** Shows the losses of the epochs so far; `epochs` is how many there will be, if that is known. */
  readonly show: (losses: readonly number[], epochs?: number) => void;
}

/** Makes a plot of losses. */
export function makeLossPlot(): LossPlot {
  const frame = makeFrame({
    title: "How training goes",
    xTitle: "Epoch (each sample was seen once more)",
    yTitle: "Loss: mean squared error",
    xTicks: 6,
    yTicks: 4,
    shape: "wide",
  });
  frame.element.hidden = true;
  return {
    element: frame.element,
    show: (losses, epochs = losses.length) => {
      frame.element.hidden = losses.length === 0;
      if (losses.length === 0) return;
      const high = Math.max(...losses.filter(Number.isFinite), 1e-9);
      frame.setAxes({
        x: { low: 1, high: Math.max(2, epochs) },
        y: { low: 0, high: high * 1.05 },
        alt: `Losses of ${formatCountOf(losses.length, "epoch")}: from ${
          formatValue(losses[0]!)
        } in the first to ${formatValue(losses.at(-1)!)} in the last.`,
        formatX: (value) => Number.isInteger(value) ? String(value) : "",
      });
      const points = losses.map((loss, epoch) =>
        [frame.placeX(epoch + 1), frame.placeY(loss)] as const
      );
      const last = points.at(-1)!;
      frame.layer.replaceChildren(
        makeSvg("path.line", [], { d: lineThrough(points) }),
        makeSvg("path.dot.last", [], { d: `M${last[0]} ${last[1]}h0` }),
      );
    },
  };
}
