import {
  concat,
  equal,
  getBackend,
  type MaxPoolAttrs,
  pad,
  reshape,
  slice,
  sub,
  type Tensor,
  type Tensor4D,
  tidy,
  where,
  zerosLike,
} from "@tensorflow/tfjs-core";
import { replaceGradient } from "./_replace_gradient.ts";

/**
 * Gives the gradient of a max pool to the first of the values that tie, as tf.js does on its CPU backend and as all
 * engines of this package do; tf.js' WebGPU backend gives it to the last one. Further calls do nothing.
 */
export function registerMaxPoolGradient(): void {
  replaceGradient("MaxPool", (original) => (dy, saved, attributes) => {
    const size = readWindow(attributes as unknown as MaxPoolAttrs);
    if (getBackend() !== "webgpu" || size === undefined) return original(dy, saved, attributes);
    const [x, y] = saved as [Tensor4D, Tensor4D];
    return { x: () => spread(x, y, dy as Tensor4D, size) };
  });
}

/** The size of a window over positions that does not overlap others, as 1-D pools have it; else `undefined`. */
function readWindow({ filterSize, strides, pad }: MaxPoolAttrs): number | undefined {
  const [high, wide] = Array.isArray(filterSize) ? filterSize : [filterSize, filterSize];
  const [down, across] = Array.isArray(strides) ? strides : [strides, strides];
  const isPlain = wide === 1 && high === down && across === 1 && pad === "valid";
  return isPlain ? high : undefined;
}

/** The gradient with respect to x, `[sample, position, 1, channel]`: that of each window at its first maximum. */
function spread(x: Tensor4D, y: Tensor4D, dy: Tensor4D, size: number): Tensor {
  const [samples, length, , channels] = x.shape;
  const [, windows] = y.shape;
  return tidy(() => {
    const used = slice(x, [0, 0, 0, 0], [samples, windows * size, 1, channels]);
    const values = reshape(used, [samples, windows, size, channels]);
    let left = dy; // what no earlier position of its window has
    const parts = Array.from({ length: size }, (_, position) => {
      const value = slice(values, [0, 0, position, 0], [samples, windows, 1, channels]);
      const part = where(equal(value, y), left, zerosLike(left));
      left = sub(left, part);
      return part;
    });
    const gradient = reshape(concat(parts, 2), [samples, windows * size, 1, channels]);
    return pad(gradient, [[0, 0], [0, length - windows * size], [0, 0], [0, 0]]);
  });
}
