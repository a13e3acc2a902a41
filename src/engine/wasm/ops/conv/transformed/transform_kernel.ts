import type { FunctionAssembler, Local } from "../../../assembler/assembler.ts";
import { PANEL_COLUMNS, panels } from "../../../assembler/panels.ts";
import { LinearMap } from "../../../transforms/linear_map.ts";
import { filterBytes, tapBytes } from "../shape.ts";
import type { Layout } from "./tiling.ts";

/**
 * Assembles the transform of a panel of filters for the forward pass: from `[tap, channel, filter]`, as the kernels
 * without a transform read it, to `[product, panel, piece and channel, filter]`. `vectors` is the panel's width.
 */
export function assembleKernelPanel(
  code: FunctionAssembler,
  layout: Layout,
  { target, source, vectors }: {
    readonly target: Local;
    readonly source: Local;
    readonly vectors: number;
  },
): void {
  const { shape, tiling: { pieces, taps }, matrices, inner, outputStride } = layout;
  const map = new LinearMap(code);
  const values = code.locals("v128", taps);
  const row = 16 * vectors;
  const tap = tapBytes(shape) / 4 * row;
  for (let piece = 0; piece < pieces; piece++) {
    const present = Math.min(taps, shape.taps - piece * taps);
    code.repeat(shape.channels, () => {
      for (let vector = 0; vector < vectors; vector++) {
        values.slice(0, present).forEach((value, i) => {
          code.get(source).load(i * tap + 16 * vector).set(value);
        });
        map.assemble(matrices.kernel, {
          inputs: values.map((value, i) => i < present ? value : undefined),
          store: (product, push) => {
            code.get(target);
            push();
            code.store(product * inner * outputStride + 16 * vector);
          },
        });
      }
      code.advance(source, row).advance(target, row);
    });
    code.advance(source, taps * tap - shape.channels * row);
  }
}

/**
 * Assembles the transform of some filters for the backward pass: from `[filter, tap, channel]`, as the weights are kept,
 * to `[product, piece, panel of channels, filter, channel]`. `target` is the address of what the first of the filters
 * has in the first panel, `rest` the same in the last one if that is narrower.
 */
export function assembleBackwardKernel(
  code: FunctionAssembler,
  layout: Layout,
  { target, rest, kernel, filters }: Readonly<
    Record<"target" | "rest" | "kernel" | "filters", Local>
  >,
): void {
  const { shape, tiling: { pieces, taps }, matrices, channelVectors } = layout;
  const map = new LinearMap(code);
  const values = code.locals("v128", taps);
  const pieceBytes = 16 * channelVectors * shape.filters;
  const assembleVector = (to: Local, piece: number, offset: number) => {
    const present = Math.min(taps, shape.taps - piece * taps);
    values.slice(0, present).forEach((value, i) => {
      code.get(kernel).load((piece * taps + i) * tapBytes(shape) + offset).set(value);
    });
    map.assemble(matrices.kernel, {
      inputs: values.map((value, i) => i < present ? value : undefined),
      store: (product, push) => {
        code.get(to);
        push();
        code.store((product * pieces + piece) * pieceBytes + offset);
      },
    });
  };
  code.repeatLocal(filters, () => {
    for (let piece = 0; piece < pieces; piece++) {
      for (const { vectors, count } of panels(channelVectors)) {
        const to = 4 * vectors === PANEL_COLUMNS ? target : rest;
        code.repeat(count, () => {
          for (let vector = 0; vector < vectors; vector++) assembleVector(to, piece, 16 * vector);
          code.advance(kernel, 16 * vectors);
          if (to === target) code.advance(target, 16 * vectors * shape.filters);
        });
      }
      code.advance(kernel, -16 * channelVectors);
      code.advance(target, -4 * PANEL_COLUMNS * shape.filters * Math.floor(channelVectors / 2));
    }
    code.advance(kernel, filterBytes(shape));
    code.advance(target, 4 * PANEL_COLUMNS).advance(rest, 16);
  });
}
