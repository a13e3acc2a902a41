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
      // A training that was resumed has no losses of the epochs before.
      const known = losses.flatMap((loss, place) =>
        Number.isFinite(loss) ? [{ epoch: place + 1, loss }] : []
      );
      const [first, last] = [known[0], known.at(-1)];
      frame.element.hidden = first === undefined;
      if (first === undefined || last === undefined) return;
      const high = Math.max(...known.map(({ loss }) => loss), 1e-9);
      frame.setAxes({
        x: { low: 1, high: Math.max(2, epochs) },
        y: { low: 0, high: high * 1.05 },
        alt: `Losses of ${formatCountOf(known.length, "epoch")}: ${
          formatValue(first.loss)
        } in epoch ${first.epoch}, ${formatValue(last.loss)} in epoch ${last.epoch}.`,
        formatX: (value) => Number.isInteger(value) ? String(value) : "",
      });
      const points = known.map(({ epoch, loss }) =>
        [frame.placeX(epoch), frame.placeY(loss)] as const
      );
      const [x, y] = points.at(-1)!;
      frame.layer.replaceChildren(
        makeSvg("path.line", [], { d: lineThrough(points) }),
        makeSvg("path.dot.last", [], { d: `M${x} ${y}h0` }),
      );
    },
  };
}
