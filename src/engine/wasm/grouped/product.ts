import type { FunctionAssembler, Local, ModuleAssembler } from "../assembler/assembler.ts";
import { kernelAdder } from "../assembler/kernel_table.ts";
import { roundUp } from "../layout.ts";
import { LANES, VECTOR } from "./layout.ts";

/**
 * `multiply`: for each frequency, part and pair of filters, products = Σ over terms of weights · transformed, for a
 * register tile of some tiles by two filters. See `ConvMemory` for the layouts. `morePasses` is the number of passes
 * after the first, `gapBytes` lie between the transformed inputs of two frequencies.
 */
export const PRODUCT_KERNELS = {
  multiply: [
    "products",
    "transformed",
    "weights",
    "frequencies",
    "parts",
    "morePasses",
    "pairs",
    "pairBytes",
    "gapBytes",
  ],
} as const;

/** Shape of a register tile. */
export interface ProductTile {
  readonly tiles: number;
  readonly terms: number;
}

/** Where the operands of a register tile are copied to, so that they have constant addresses. */
export interface StagingArea {
  readonly inputs: number;
  readonly weights: number;
}

/** Bytes of the weights of a pair of filters in a pass: whole vectors. */
export function pairWeightBytes({ terms }: Pick<ProductTile, "terms">): number {
  return roundUp(2 * terms, LANES) * 4;
}

/** Name of the kernel of a register tile, which layers share. */
export function productName({ tiles, terms }: ProductTile): string {
  return `product${tiles}x${terms}`;
}

/**
 * Adds the kernel of a register tile.
 *
 * Deno checks every address that is not a constant. So the inputs of a tile, and then the weights of each pair of
 * filters, are copied to fixed places, from where twelve multiply-adds need eight loads. Six tiles by two filters take
 * twelve registers for sums, two for weights and one for an input: all that the processor has.
 *
 * With the flag `--experimental-wasm-revectorize` V8 makes one instruction of 256 bits of two on neighbouring vectors. It begins
 * with two stores side by side, and goes back from what they store to what that is made of, as far as there is no check of an address
 * between two neighbours. So inputs and weights are at offsets from a constant zero, and sums are stored side by side, in a branch that is never taken.
 */
export function addProductKernel(
  module: ModuleAssembler,
  tile: ProductTile,
  staging: StagingArea,
): void {
  const add = kernelAdder(module, { table: PRODUCT_KERNELS, node: productName(tile) });
  add("multiply", (code, parameters) => {
    const { products, transformed, weights, frequencies, parts, morePasses } = parameters;
    const { pairs, pairBytes, gapBytes } = parameters;
    const registers: Registers = {
      sums: code.locals("v128", 2 * tile.tiles),
      factors: code.locals("v128", 2),
      input: code.locals("v128", 1)[0],
      scratch: code.local("v128"),
    };
    const [leftParts, leftPasses, leftPairs, from, target] = code.locals("i32", 5);
    const pass = (first: boolean) => {
      copyVectors(code, { from: transformed, to: staging.inputs, count: tile.tiles * tile.terms });
      code.advance(transformed, tile.tiles * tile.terms * VECTOR);
      code.get(products).set(target).get(pairs).set(leftPairs);
      code.repeatLocal(leftPairs, () => {
        const count = pairWeightBytes(tile) / VECTOR;
        copyVectors(code, { from, to: staging.weights, count });
        code.advance(from, count * VECTOR);
        multiplyTile(code, { tile, staging, registers, target, first, left: leftPairs });
        code.advanceBy(target, pairBytes);
      });
    };
    code.repeatLocal(frequencies, () => {
      code.get(parts).set(leftParts);
      code.repeatLocal(leftParts, () => {
        code.get(weights).set(from);
        pass(true);
        code.get(morePasses).set(leftPasses);
        code.repeatLocal(leftPasses, () => pass(false));
        code.advance(products, 2 * tile.tiles * VECTOR);
      });
      code.get(from).set(weights).advanceBy(transformed, gapBytes);
    });
  });
}

/** Copies vectors to a constant address. */
function copyVectors(
  code: FunctionAssembler,
  { from, to, count }: { readonly from: Local; readonly to: number; readonly count: number },
): void {
  for (let i = 0; i < count; i++) {
    code.i32(0).get(from).load(i * VECTOR).store(to + i * VECTOR);
  }
}

interface Registers {
  /** `[tile, filter of the pair]`. */
  readonly sums: readonly Local[];
  readonly factors: readonly Local[];
  readonly input: Local;
  readonly scratch: Local;
}

/** Multiplies what is in the staging area, and writes or adds to the products at `target`. `left` is never negative. */
function multiplyTile(
  code: FunctionAssembler,
  { tile: { tiles, terms }, staging, registers, target, first, left }: {
    readonly tile: ProductTile;
    readonly staging: StagingArea;
    readonly registers: Registers;
    readonly target: Local;
    readonly first: boolean;
    readonly left: Local;
  },
): void {
  const { sums, factors, input, scratch } = registers;
  for (let term = 0; term < terms; term++) {
    for (const [filter, factor] of factors.entries()) {
      code.i32(0).loadSplat(staging.weights + 8 * term + 4 * filter).set(factor);
    }
    for (let tile = 0; tile < tiles; tile++) {
      code.i32(0).load(staging.inputs + (term * tiles + tile) * VECTOR).set(input);
      for (const [filter, factor] of factors.entries()) {
        const sum = sums[2 * tile + filter]!;
        code.get(input).get(factor);
        if (term === 0) code.op("f32x4.mul");
        else code.get(sum).multiplyAdd(scratch);
        code.set(sum);
      }
    }
  }
  code.whenNegative(left, () => storeByFilter(code, sums, staging.inputs));
  for (const [i, sum] of sums.entries()) {
    code.get(target).get(sum);
    if (!first) code.get(target).load(i * VECTOR).op("f32x4.add");
    code.store(i * VECTOR);
  }
}

/** Stores sums so that those of tiles whose inputs are neighbours are neighbours too. */
function storeByFilter(code: FunctionAssembler, sums: readonly Local[], address: number): void {
  const byFilter = [0, 1].flatMap((filter) => sums.filter((_, i) => i % 2 === filter));
  for (const [i, sum] of byFilter.entries()) code.i32(0).get(sum).store(address + i * VECTOR);
}
