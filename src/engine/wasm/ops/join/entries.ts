import { addressOf, deltaOf, type Tensor } from "../../layout.ts";
import type { ExecutionContext, Part } from "../context.ts";
import { MEMORY_KERNELS } from "../memory.ts";
import { JOIN_KERNELS } from "./kernels.ts";
import type { EntryUses, JoinBranch, JoinNode } from "./types.ts";

/** Where outputs are kept: the address of the number of the first that a batch adds, and the outputs. */
interface KeptOutputs {
  readonly first: number;
  readonly values: Tensor;
}

/** Address of the list of the addresses of the rows that a sample has of a branch. */
export function rowsOf({ rows, places }: JoinBranch, sample: number): number {
  return rows + 4 * sample * places;
}

/** Address of the row that a sample has of a branch that is not over references. */
export function rowOf(
  { words }: ExecutionContext,
  branch: JoinBranch,
  sample: number,
): number {
  return words[rowsOf(branch, sample) / 4]! >>> 0;
}

/** Number of a sample's references. */
export function countReferences(
  { words }: ExecutionContext,
  { counts }: JoinNode,
  sample: number,
): number {
  return words[counts / 4 + sample]!;
}

/** Bytes from the derivatives with respect to one of a sample's entries to those of the next. */
export function deltaStride({ alike, vectors }: JoinBranch): number {
  return alike ? 0 : 16 * vectors;
}

/** Address of the derivatives with respect to the first entry of a branch that a sample uses. */
export function firstDelta({ deltas, places, alike, vectors }: JoinBranch, sample: number): number {
  return deltas + sample * (alike ? 1 : places) * 16 * vectors;
}

/** Copies the outputs of a chain to a part of the entries of the chain that reads them. */
export function spreadEntries(
  { floats, words }: ExecutionContext,
  { source, target, entryOf }: {
    readonly source: Tensor;
    readonly target: Tensor;
    readonly entryOf: number;
  },
  { start, count }: Part,
): void {
  const values = source.rows * source.stride / 4;
  for (let entry = start; entry < start + count; entry++) {
    const from = addressOf(source, words[entryOf / 4 + entry]!) / 4;
    floats.copyWithin(addressOf(target, entry) / 4, from, from + values);
  }
}

/** Copies the outputs of a part's entries to where predictions keep them. */
export function keepEntries(
  context: ExecutionContext,
  { output, kept: { first, values } }: { readonly output: Tensor; readonly kept: KeptOutputs },
  { start, count }: Part,
): void {
  const { copy } = context.bind(MEMORY_KERNELS);
  const entry = context.words[first / 4]! + start;
  // Both have the same layout.
  copy(addressOf(values, entry), addressOf(output, start), count * output.sampleStride / 16);
}

/**
 * Computes the derivatives with respect to an encoder's outputs: the sums over all uses of each of a part's entries, in
 * order.
 */
export function collectUses(
  context: ExecutionContext,
  { output, uses }: { readonly output: Tensor; readonly uses: EntryUses },
  { start, count }: Part,
): void {
  const { sumRows } = context.bind(JOIN_KERNELS);
  const { words } = context;
  const vectors = output.rows * output.stride / 16;
  for (let entry = start; entry < start + count; entry++) {
    const first = words[uses.starts / 4 + entry]!;
    const end = words[uses.starts / 4 + entry + 1]!;
    sumRows(deltaOf(output, entry), uses.addresses + 4 * first, end - first, vectors, 1);
  }
}
