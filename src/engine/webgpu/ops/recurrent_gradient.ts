import type { GradientRegion } from "../gradients.ts";
import { bindRead, bindWrite, type Kernel, makeKernel, unrollWgsl } from "../kernel.ts";
import { locateValueWgsl } from "../tensors.ts";
import {
  gatesOfPosition,
  locateGatesWgsl,
  locateMemoryWgsl,
  type RecurrentShape,
  unitsOfPosition,
} from "./recurrent.ts";

/** Rows of a kernel that a thread sums. */
const PIECE = 8;
/** Columns side by side in a workgroup, and threads of it. */
const COLUMNS = 64;
const THREADS = 256;

/** How the weights of a layer are divided among threads: each has some rows of one column. */
function divide({ weights: { channels, units, gates, directions } }: RecurrentShape) {
  const inputPieces = Math.ceil(channels / PIECE);
  const pieces = inputPieces + Math.ceil(units / PIECE);
  const all = directions * gates * units;
  const columnBlocks = Math.ceil(all / COLUMNS);
  const columns = Math.ceil(all / columnBlocks);
  const piecesOfGroup = Math.min(pieces, Math.floor(THREADS / columns));
  const pieceBlocks = Math.ceil(pieces / piecesOfGroup);
  return { inputPieces, pieces, all, columnBlocks, columns, piecesOfGroup, pieceBlocks };
}

/** Workgroups that each block of samples takes. */
export function recurrentGradientWorkgroups(shape: RecurrentShape): number {
  const { columnBlocks, pieceBlocks } = divide(shape);
  return columnBlocks * pieceBlocks;
}

/**
 * gradient[row, column] = Σ over item, position of source[row] · the derivative by the sum of that gate, for each block
 * of items. The source is the input for the kernel, 1 for the bias, and for the recurrent kernel the state before,
 * which the candidate of a GRU sees through its reset gate. A thread keeps up to eight rows of a column in registers;
 * neighbouring threads have neighbouring columns, and read the same source. Workgroups: x rows and columns, y blocks of
 * items, z models.
 */
export function sumRecurrentGradientWgsl(
  shape: RecurrentShape,
  region: GradientRegion,
  gradientStride: number,
): Kernel {
  const { name, cell, input, states, weights, models } = shape;
  const { channels, units, gates, columns: pitch } = weights;
  const division = divide(shape);
  const { inputPieces, pieces, all, columnBlocks, columns, piecesOfGroup, pieceBlocks } = division;
  return makeKernel({
    name: `${name} kernel gradient`,
    buffers: {
      gates: bindRead(`${name}.gates`),
      input: bindRead(`${input.name}.value`),
      states: bindRead(`${states.name}.value`),
      ...(cell === "gru" && { memory: bindRead(`${name}.memory`) }),
      gradients: bindWrite("gradients"),
      ...input.count.buffers,
    },
    threads: columns * piecesOfGroup,
    workgroups: [columnBlocks * pieceBlocks, region.blocks, models],
    body: `  let column = group.x % ${columnBlocks}u * ${columns}u + lane % ${columns}u;
  let piece = group.x / ${columnBlocks}u * ${piecesOfGroup}u + lane / ${columns}u;
  if (column >= ${all}u || piece >= ${pieces}u) { return; }
  let direction = column / ${gates * units}u;
  let own = column % ${gates * units}u;
  let firstItem = group.y * ${region.blockSamples}u;
  let endItem = min(firstItem + ${region.blockSamples}u, ${input.count.wgsl});
  let isInput = piece < ${inputPieces}u;
  let firstRow = ${PIECE}u * select(piece - ${inputPieces}u, piece, isInput);
  let rows = select(${units}u, ${channels}u, isInput);
${unrollWgsl(PIECE, (i) => `  var sum${i} = 0.0f;`)}
  var biasSum = 0.0f;
  for (var item = firstItem; item < endItem; item++) {
    let deltas = ${locateGatesWgsl(shape, "item")} + direction * ${pitch}u + own;
    if (isInput) {
${sumInputWgsl(shape)}
    } else ${sumStatesWgsl(shape)}
  }
${storeRowsWgsl(shape, region, gradientStride)}`,
  });
}

/** WGSL that stores the sums of a thread's rows, and the first piece's sum of the bias. */
function storeRowsWgsl(
  { weights: { channels, units, columns: pitch, directionSize } }: RecurrentShape,
  region: GradientRegion,
  gradientStride: number,
): string {
  return `  let block = model * ${gradientStride}u + ${region.start}u + group.y * ${region.size}u
    + direction * ${directionSize}u + own;
  let first = block + (firstRow + select(${channels}u, 0u, isInput)) * ${pitch}u;
${
    unrollWgsl(
      PIECE,
      (i) => `  if (firstRow + ${i}u < rows) { gradients[first + ${i * pitch}u] = sum${i}; }`,
    )
  }
  if (piece == 0u) { gradients[block + ${(channels + units) * pitch}u] = biasSum; }`;
}

function sumInputWgsl(shape: RecurrentShape): string {
  const { input, weights: { channels } } = shape;
  return `      let values = ${locateValueWgsl(input, "item")} + firstRow;
      for (var position = 0u; position < ${input.positions}u; position++) {
        let d = gates[deltas + position * ${gatesOfPosition(shape)}u];
        let i = values + position * ${channels}u;
${addRowsWgsl("input")}
        biasSum += d;
      }`;
}

/** The state before the first position read is zero. */
function sumStatesWgsl(shape: RecurrentShape): string {
  const { cell, input: { positions }, states, weights: { units } } = shape;
  const gatesAt = `deltas + position * ${gatesOfPosition(shape)}u`;
  const gated = `if (own >= ${2 * units}u) {
      let values = ${locateMemoryWgsl(shape, "item")} + direction * ${units}u + firstRow;
      for (var position = 0u; position < ${positions}u; position++) {
        let d = gates[${gatesAt}];
        let i = values + position * ${unitsOfPosition(shape)}u;
${addRowsWgsl("memory")}
      }
    } else `;
  return `${cell === "gru" ? gated : ""}{
      let values = ${locateValueWgsl(states, "item")} + direction * ${units}u + firstRow;
      for (var k = 1u; k < ${positions}u; k++) {
        let position = select(k, k - 1u, direction == 1u);
        let d = gates[${gatesAt}];
        let i = values + select(k - 1u, k, direction == 1u) * ${unitsOfPosition(shape)}u;
${addRowsWgsl("states")}
      }
    }`;
}

function addRowsWgsl(source: string): string {
  return unrollWgsl(PIECE, (row) => `        sum${row} += d * ${source}[i + ${row}u];`);
}
