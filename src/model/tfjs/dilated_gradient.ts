/**
 * The gradient of dilated convolutions, which tf.js lacks: its own asserts a dilation of 1.
 *
 * Let y[o] = Σₜ x̂[o + t·d] · W[t], with x̂ the zero-padded input, t the tap and d the dilation. Then
 *
 * - the input's gradient is again a convolution of the same dilation: of the output's gradient, padded to
 *   full length, with the kernel reversed along its taps and its two channel axes swapped;
 * - the kernel's gradient is, tap by tap, a matrix product: x̂[t·d …]ᵀ · ∂y.
 *
 * Both are plain tf.js operations and run on every backend. Models keep stock layers.
 *
 * @module
 */

import {
  backend_util,
  conv2d,
  type Conv2DAttrs,
  matMul,
  type NamedAttrMap,
  pad,
  reshape,
  reverse,
  slice,
  stack,
  type Tensor,
  type Tensor4D,
  tidy,
  transpose,
} from "@tensorflow/tfjs-core";
import { UnsupportedModelError } from "../../errors.ts";
import { replaceGradient } from "./_replace_gradient.ts";

/**
 * Teaches tf.js to train dilated convolutions; plain ones keep the gradient they have. tf.js computes
 * 1-D convolutions as 2-D ones of height 1, so the kernel `Conv2D` is where both live. Further calls
 * do nothing.
 */
export function registerDilatedGradient(): void {
  replaceGradient("Conv2D", (original) => (dy, saved, attributes) => {
    const isPlain = readDilations(attributes).every((dilation) => dilation === 1);
    if (isPlain) return original(dy, saved, attributes);
    return dilatedGradient(dy as Tensor4D, saved as [Tensor4D, Tensor4D], attributes);
  });
}

function readDilations(attributes: NamedAttrMap): [number, number] {
  const { dilations } = attributes as unknown as Conv2DAttrs;
  return typeof dilations === "number" ? [dilations, dilations] : dilations as [number, number];
}

function dilatedGradient(
  dy: Tensor4D, // [sample, outHeight, outWidth, outChannel]
  [x, filter]: [Tensor4D, Tensor4D], // [sample, height, width, channel], [tapsHigh, tapsWide, channel, outChannel]
  attributes: NamedAttrMap,
): { x: () => Tensor; filter: () => Tensor } {
  const { strides, pad: padding, dataFormat, dimRoundingMode } =
    attributes as unknown as Conv2DAttrs;
  const dilations = readDilations(attributes);
  const geometry = backend_util.computeConv2DInfo(
    x.shape,
    filter.shape,
    strides,
    dilations,
    padding,
    dimRoundingMode,
  );
  if (geometry.strideHeight !== 1 || geometry.strideWidth !== 1 || dataFormat !== "NHWC") {
    throw new UnsupportedModelError(
      `Cannot train a dilated convolution with strides [${strides}] and data format ${dataFormat}: ` +
        "expected stride 1 and NHWC",
    );
  }
  return {
    x: () => tidy(() => inputGradient(dy, filter, geometry)),
    filter: () => tidy(() => kernelGradient(dy, x, geometry)),
  };
}

function inputGradient(
  dy: Tensor4D,
  filter: Tensor4D,
  geometry: backend_util.Conv2DInfo,
): Tensor4D {
  const { padInfo, dilationHeight, dilationWidth } = geometry;
  const spanHigh = (geometry.filterHeight - 1) * dilationHeight;
  const spanWide = (geometry.filterWidth - 1) * dilationWidth;
  const padded = pad(dy, [
    [0, 0],
    [spanHigh - padInfo.top, spanHigh - padInfo.bottom],
    [spanWide - padInfo.left, spanWide - padInfo.right],
    [0, 0],
  ]);
  const reversed = transpose(reverse(filter, [0, 1]), [0, 1, 3, 2]);
  return conv2d(padded, reversed, 1, "valid", "NHWC", [dilationHeight, dilationWidth]);
}

function kernelGradient(
  dy: Tensor4D,
  x: Tensor4D,
  geometry: backend_util.Conv2DInfo,
): Tensor4D {
  const { padInfo, batchSize, outHeight, outWidth, inChannels, outChannels } = geometry;
  const positions = batchSize * outHeight * outWidth;
  const padded = pad(x, [
    [0, 0],
    [padInfo.top, padInfo.bottom],
    [padInfo.left, padInfo.right],
    [0, 0],
  ]);
  const outputs = reshape(dy, [positions, outChannels]);
  const taps: Tensor[] = [];
  for (let row = 0; row < geometry.filterHeight; row++) {
    for (let column = 0; column < geometry.filterWidth; column++) {
      const corner = [0, row * geometry.dilationHeight, column * geometry.dilationWidth, 0];
      const seen = slice(padded, corner, [batchSize, outHeight, outWidth, inChannels]);
      taps.push(matMul(reshape(seen, [positions, inChannels]), outputs, true));
    }
  }
  return reshape(stack(taps), geometry.filterShape);
}
