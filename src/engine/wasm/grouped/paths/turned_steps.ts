import { chooseTilings, type TiledConv } from "../../transforms/tiling.ts";
import { type ConvShape, type ConvStep, makeConv, type Step, strideOf } from "../steps.ts";

/**
 * The convolutions that pass derivatives back: from those with respect to a layer's sums to those with respect to its input.
 *
 * @param steps The steps of a chain.
 * @returns For each convolution its way back; `undefined` as a whole if one has no tiling.
 */
export function turnSteps(steps: readonly Step[]): readonly (ConvStep | undefined)[] | undefined {
  const shapes = steps.map((step) => step.kind === "conv" ? turnShape(step) : undefined);
  const convs = shapes.filter((shape) => shape !== undefined);
  const tilings = chooseTilings(convs.map((shape): TiledConv => ({ ...shape, pool: 1 })));
  if (tilings.includes(undefined)) return undefined;
  const chosen = tilings.values();
  return shapes.map((shape, index) => {
    if (shape === undefined) return undefined;
    const plain = { activation: 1, pool: 1, norm: undefined, normAfterPool: false };
    return makeConv(steps[index]!.layer, plain, { shape, choose: () => chosen.next().value });
  });
}

/** Tap t of a kernel adds input p + t to output p, so it adds the derivative of output p − t to that of input p. */
function turnShape({ shape, tiling }: ConvStep): ConvShape {
  const { rows, channels, filters, width, dilation, left } = shape;
  return {
    rows: tiling.needed,
    channels: strideOf(filters),
    filters: channels,
    width,
    dilation,
    left: (width - 1) * dilation - left,
    positions: rows,
  };
}
