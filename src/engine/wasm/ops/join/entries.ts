import { addressOf, deltaOf, type Tensor } from "../../layout.ts";
import type { ExecutionContext, Part } from "../context.ts";
import { MEMORY_KERNELS } from "../memory.ts";
import { JOIN_KERNELS } from "./kernels.ts";
import { type EntryUses, type JoinBranch, MISSING } from "./types.ts";

/** Address of a sample's entry of a branch; `undefined` where the reference is missing. */
export function entryAddress(
  { words }: ExecutionContext,
  { values, places, entryOf }: JoinBranch,
  { sample, place = 0 }: { readonly sample: number; readonly place?: number },
): number | undefined {
  const entry = words[entryOf / 4 + sample * places + place]!;
  return entry === MISSING ? undefined : addressOf(values, entry);
}

/** Places at which a sample has an entry of a branch. */
export function presentPlaces(
  { words }: ExecutionContext,
  { places, entryOf }: JoinBranch,
  sample: number,
): number[] {
  const present: number[] = [];
  const first = entryOf / 4 + sample * places;
  for (let place = 0; place < places; place++) {
    if (words[first + place] !== MISSING) present.push(place);
  }
  return present;
}

/** Address of the derivatives with respect to a sample's entry of a branch. */
export function useDelta(
  { deltas, places, vectors }: JoinBranch,
  { sample, place = 0 }: { readonly sample: number; readonly place?: number },
): number {
  return deltas + (sample * places + place) * 16 * vectors;
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

/**
 * Computes the derivatives with respect to an encoder's outputs: the sums over all uses of each of a part's entries, in
 * order.
 */
export function collectUses(
  context: ExecutionContext,
  { output, uses }: { readonly output: Tensor; readonly uses: EntryUses },
  { start, count }: Part,
): void {
  const { clear } = context.bind(MEMORY_KERNELS);
  const { accumulate } = context.bind(JOIN_KERNELS);
  const { words } = context;
  const bytes = output.rows * output.stride;
  for (let entry = start; entry < start + count; entry++) {
    const target = deltaOf(output, entry);
    clear(target, bytes);
    const end = words[uses.starts / 4 + entry + 1]!;
    for (let use = words[uses.starts / 4 + entry]!; use < end; use++) {
      accumulate(target, words[uses.addresses / 4 + use]!, bytes / 16, 1);
    }
  }
}
