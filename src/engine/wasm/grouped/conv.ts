import type { FunctionAssembler, Local, ModuleAssembler } from "../assembler/assembler.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { Combiner, type PushConstant } from "../transforms/combiner.ts";
import { emitInputTransform, emitOutputTransform } from "../transforms/emit.ts";
import { applyEpilogue, loadEpilogue, pushKeptSlope } from "./epilogue.ts";
import { VECTOR } from "./layout.ts";
import { PooledWindow } from "./pooled_window.ts";
import type { ConvNode } from "./types.ts";

/**
 * `transformIn`: the transformed inputs of a chunk, whose first quad has its first input row at `source`.
 *
 * `transformOut`: the outputs of a chunk, pooled and activated, whose first quad has its first output row at `target`.
 */
export const CONV_KERNELS = {
  transformIn: ["source"],
  transformOut: ["target"],
} as const;

/** Adds the transforms of a layer. */
export function addConvKernels(
  module: ModuleAssembler,
  node: ConvNode,
  pushConstant: PushConstant,
): void {
  const add = kernelAdder(module, { table: CONV_KERNELS, node: node.name });
  add("transformIn", (code, { source }) => {
    assembleInputs(new Combiner(code, pushConstant), node, source);
  });
  add("transformOut", (code, { target }) => {
    assembleOutputs(new Combiner(code, pushConstant), node, target);
  });
}

/**
 * Tiles in the order of quads, blocks, tiles of a phase, phases; for each the channels of all pieces, which follow one
 * another both in the input and among the terms.
 */
function assembleInputs(combiner: Combiner, node: ConvNode, source: Local): void {
  const { code } = combiner;
  const { tiling, channels, chunk, product, memory, input } = node;
  const { transform, pieces, phases, tiles, dilation, blockPositions } = tiling;
  const rowBytes = input.stride * VECTOR;
  const [number, from, to] = code.locals("i32", 3);
  const partBytes = product.terms * product.passes * product.tiles * VECTOR;
  const tile = () => {
    // The address of (number div tiles, number mod tiles).
    code.get(number).i32(product.tiles).op("i32.div_u").i32(partBytes).op("i32.mul");
    code.get(number).i32(product.tiles).op("i32.rem_u").i32(VECTOR).op("i32.mul");
    code.op("i32.add").i32(memory.transformed).op("i32.add").set(to);
    code.get(source).set(from);
    code.repeat(pieces, () => {
      assembleChannels(combiner, node, { from, to });
      code.advance(from, transform.taps * dilation * rowBytes - channels * VECTOR);
    });
    code.advance(number, 1);
  };
  repeatAdvancing(code, source, { count: chunk.quads, by: input.quadBytes }, () => {
    repeatAdvancing(code, source, { count: chunk.blocks, by: blockPositions * rowBytes }, () => {
      const by = dilation * transform.outputs * rowBytes;
      repeatAdvancing(code, source, { count: tiles, by }, () => {
        repeatAdvancing(code, source, { count: phases, by: rowBytes }, tile);
      });
    });
  });
}

/** Repeats `body`, moving a pointer each time, and moves it back at the end. */
function repeatAdvancing(
  code: FunctionAssembler,
  pointer: Local,
  { count, by }: { readonly count: number; readonly by: number },
  body: () => void,
): void {
  if (count === 1) return body();
  code.repeat(count, () => {
    body();
    code.advance(pointer, by);
  });
  code.advance(pointer, -count * by);
}

/** Transforms a tile of each channel. */
function assembleChannels(
  combiner: Combiner,
  { tiling: { transform, dilation }, channels, product, memory, input }: ConvNode,
  { from, to }: { readonly from: Local; readonly to: Local },
): void {
  const { code } = combiner;
  const step = dilation * input.stride * VECTOR;
  const inputs = Array.from({ length: transform.frequencies }, (_, i) => combiner.local(`in${i}`));
  const termBytes = product.tiles * VECTOR;
  const together = transform.frequencies > 1
    ? 1
    : [5, 4, 3, 2].find((n) => channels % n === 0) ?? 1;
  code.repeat(channels / together, () => {
    for (let channel = 0; channel < together; channel++) {
      for (const [i, local] of inputs.entries()) {
        code.get(from).load(i * step + channel * VECTOR).set(local);
      }
      emitInputTransform(combiner, transform, {
        inputs,
        store: (frequency, push) => {
          code.get(to);
          push();
          code.store(frequency * memory.frequencyBytes + channel * termBytes);
        },
      });
    }
    code.advance(from, together * VECTOR).advance(to, together * termBytes);
  });
}

/** Pairs of filters; for each the blocks of all quads. */
function assembleOutputs(combiner: Combiner, node: ConvNode, target: Local): void {
  const { code } = combiner;
  const { chunk, product, memory, output, tiling, epilogue } = node;
  const { needed, blockPositions, pool, tiles, phases } = tiling;
  const [from, to, pairProducts, constants] = code.locals("i32", 4);
  const constantBytes = 4 * 2 * product.pairs;
  const rowsOfBlock = blockPositions / pool;
  const rowBytes = output.stride * VECTOR;
  const last = needed - (chunk.blocks - 1) * blockPositions;
  const whole = chunk.starts.length > 1 || last === blockPositions
    ? chunk.blocks
    : chunk.blocks - 1;
  const blockBytes = 2 * VECTOR * tiles * phases;
  code.i32(memory.products).set(pairProducts).i32(memory.epilogue).set(constants);
  code.repeat(product.pairs, () => {
    for (const filter of [0, 1]) {
      const place = { address: constants, offset: 4 * filter, stride: constantBytes, filter };
      loadEpilogue(combiner, epilogue, place);
    }
    code.get(pairProducts).set(from).get(target).set(to);
    code.repeat(chunk.quads, () => {
      if (whole > 0) {
        code.repeat(whole, () => {
          assembleBlock(combiner, node, { from, to, positions: blockPositions });
          code.advance(from, blockBytes).advance(to, rowsOfBlock * rowBytes);
        });
      }
      if (whole < chunk.blocks) {
        assembleBlock(combiner, node, { from, to, positions: last });
        code.advance(from, blockBytes);
      }
      code.advance(to, output.quadBytes - whole * rowsOfBlock * rowBytes);
    });
    code.advance(pairProducts, memory.pairBytes).advance(constants, 8).advance(target, 2 * VECTOR);
  });
}

function openWindow(combiner: Combiner, { records }: ConvNode, number: number): PooledWindow {
  const keepsWinner = records?.winners !== undefined;
  return new PooledWindow(combiner, { name: `${number}`, keepsWinner });
}

/** Stores the output of a window, and what is kept beside it. */
function storeOutput(
  combiner: Combiner,
  { output, epilogue, records, bare }: ConvNode,
  { window: { best, winner }, filter, to, row }: {
    readonly window: PooledWindow;
    readonly filter: number;
    readonly to: Local;
    readonly row: number;
  },
): void {
  const { code } = combiner;
  const offset = (row * output.stride + filter) * VECTOR;
  if (records?.slopes !== undefined) {
    code.get(to);
    pushKeptSlope(combiner, epilogue, { sum: best, filter });
    code.store(offset + records.slopes - output.address);
  }
  if (records?.winners !== undefined) {
    code.get(to).get(winner!).store(offset + records.winners - output.address);
  }
  code.get(to).get(best);
  if (bare !== true) applyEpilogue(combiner, epilogue, filter);
  code.store(offset);
}

/** The outputs of a block, of which the first `positions` are wanted, for both filters of a pair. */
function assembleBlock(
  combiner: Combiner,
  node: ConvNode,
  { from, to, positions }: { readonly from: Local; readonly to: Local; readonly positions: number },
): void {
  const { code } = combiner;
  const { tiling, product } = node;
  const { transform, phases, tiles, dilation, pool } = tiling;
  const frequencyBytes = 2 * VECTOR * product.tiles * product.parts;
  for (const filter of [0, 1]) {
    const windows = new Map<number, PooledWindow>();
    for (let tile = 0; tile < tiles * phases; tile++) {
      const first = tile % phases + dilation * transform.outputs * Math.floor(tile / phases);
      const wanted = Math.ceil((positions - first) / dilation);
      if (wanted <= 0) continue;
      emitOutputTransform(combiner, transform, {
        load: (frequency) => {
          const offset = frequency * frequencyBytes + tile * 2 * VECTOR + filter * VECTOR;
          code.get(from).load(offset);
        },
        store: (index, push) => {
          const position = first + dilation * index;
          const number = Math.floor(position / pool);
          const window = windows.get(number) ?? openWindow(combiner, node, number);
          windows.set(number, window);
          push();
          window.pop(position % pool);
          if (window.count < pool) return;
          storeOutput(combiner, node, { window, filter, to, row: number });
        },
        wanted: Math.min(wanted, transform.outputs),
      });
    }
  }
}
