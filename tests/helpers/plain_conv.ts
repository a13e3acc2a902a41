/** A convolution with its activation and pooling in float64, straight from the definition. */
export interface PlainConv {
  readonly taps: number;
  readonly dilation: number;
  /** Zeros before the first position. */
  readonly left: number;
  /** Positions of the output before the pooling. */
  readonly positions: number;
  readonly slope: number;
  readonly pool: number;
  /** `[tap][channel][filter]`. */
  readonly kernel: readonly (readonly (readonly number[])[])[];
  readonly bias: readonly number[];
}

/** Rows of values. */
export type Rows = readonly (readonly number[])[];

/** The outputs before the pooling, `[position][filter]`, not activated. */
export function plainSums(input: Rows, conv: PlainConv): number[][] {
  return Array.from({ length: conv.positions }, (_, position) => {
    const sums = [...conv.bias];
    visitTaps(input, conv, position, (row, tap) => {
      row.forEach((value, channel) => {
        conv.kernel[tap]![channel]!.forEach((weight, filter) => sums[filter]! += value * weight);
      });
    });
    return sums;
  });
}

/** The outputs, through activation and pooling. */
export function plainOutputs(input: Rows, conv: PlainConv): number[][] {
  const sums = plainSums(input, conv);
  const rows = Math.floor(conv.positions / conv.pool);
  return Array.from({ length: rows }, (_, row) => {
    const window = sums.slice(row * conv.pool, (row + 1) * conv.pool);
    return conv.bias.map((_, filter) => {
      const value = Math.max(...window.map((sums) => sums[filter]!));
      return value > 0 ? value : conv.slope * value;
    });
  });
}

/** Gradients of a sample. */
export interface PlainGradients {
  readonly kernel: number[][][];
  readonly bias: number[];
  readonly input: number[][];
}

/**
 * The gradients of a sample. `deltas` are the derivatives with respect to each output, `[row][filter]`; `positionOf` says
 * which position an output came from, and `positive` whether it is positive.
 */
export function plainGradients(
  input: Rows,
  conv: PlainConv,
  { deltas, positionOf, positive }: {
    readonly deltas: Rows;
    readonly positionOf: (row: number, filter: number) => number;
    readonly positive: (row: number, filter: number) => boolean;
  },
): PlainGradients {
  const gradients = {
    kernel: conv.kernel.map((tap) => tap.map((weights) => weights.map(() => 0))),
    bias: conv.bias.map(() => 0),
    input: input.map((row) => row.map(() => 0)),
  };
  deltas.forEach((filters, row) =>
    filters.forEach((delta, filter) => {
      const passed = positive(row, filter) ? delta : conv.slope * delta;
      gradients.bias[filter]! += passed;
      visitTaps(input, conv, positionOf(row, filter), (values, tap, place) => {
        values.forEach((value, channel) => {
          gradients.kernel[tap]![channel]![filter]! += passed * value;
          gradients.input[place]![channel]! += passed * conv.kernel[tap]![channel]![filter]!;
        });
      });
    })
  );
  return gradients;
}

/** Visits the rows of the input that a position reads. */
function visitTaps(
  input: Rows,
  { taps, dilation, left }: PlainConv,
  position: number,
  visit: (row: readonly number[], tap: number, place: number) => void,
): void {
  for (let tap = 0; tap < taps; tap++) {
    const place = position - left + tap * dilation;
    const row = input[place];
    if (row !== undefined) visit(row, tap, place);
  }
}
