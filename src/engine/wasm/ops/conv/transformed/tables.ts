/**
 * `transformPanel`, `transformNarrowPanel`: some filters of the kernel as `transformedForward` reads them, from the kernel that is
 * not transformed; `target` and `source` are the addresses of the panel.
 *
 * `transformedForward`: convolution, activation and pooling of at most as many samples as the tiling says. `input` is the first
 * row of the first sample; `kernel` the transformed kernel.
 */
export const TRANSFORMED_KERNELS = {
  transformPanel: ["target", "source"],
  transformNarrowPanel: ["target", "source"],
  transformedForward: ["output", "offsets", "input", "kernel", "bias", "samples"],
} as const;

/**
 * `transformFilters`: `filters` filters of the kernel as `transformedBackward` reads them; `target` is the place of the
 * first in a wide panel, `rest` in the narrow one.
 *
 * `beginGradient`: clears the sum of the kernel's gradient that the thread keeps.
 *
 * `transformedBackward`: adds to that sum and to `biasGradient`; writes `inputDelta` unless the input is the network's.
 * `delta` and `output` are the first rows of the first sample. Before the call for fewer samples than the tiling says,
 * `clearTiles` must have been called.
 *
 * `endGradient`: writes the kernel's gradient.
 */
export const TRANSFORMED_GRADIENT_KERNELS = {
  transformFilters: ["target", "rest", "kernel", "filters"],
  beginGradient: [],
  clearTiles: [],
  transformedBackward: [
    "delta",
    "output",
    "offsets",
    "biasGradient",
    "input",
    "kernel",
    "inputDelta",
    "samples",
  ],
  endGradient: ["gradient"],
} as const;
