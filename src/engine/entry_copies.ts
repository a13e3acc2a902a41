/** Copies entries of a table into a batch: numbers, or the codes of packed DNA. */

import type { PackedArray } from "../base/arrays.ts";
import {
  countSequences,
  NO_SEQUENCE,
  type PackedSequences,
  UNKNOWN_BASE,
  unpackSequence,
} from "../base/sequences.ts";
import { ContractError } from "../errors.ts";
import type { InputSpec } from "../model/spec.ts";
import { type Transform, transformFunction } from "../record.ts";
import { copyTransformed } from "./copy_transformed.ts";
import { entrySize } from "./sample_source.ts";

/** The entries of one input. */
export interface EntryCopies {
  /** Number of entries. */
  readonly entries: number;
  /** Copies an entry to `values`, from `start` on. */
  readonly copy: (entry: number, values: Float32Array, start: number) => void;
}

/** Whether a table is of packed DNA. */
export function isPackedDna(table: PackedArray | PackedSequences): table is PackedSequences {
  return !ArrayBuffer.isView(table) && "packed" in Object(table);
}

/** Entries that are numbers, with the transform that is applied to each. */
export function numberCopies(
  table: PackedArray,
  input: InputSpec,
  transform: Transform,
): EntryCopies {
  const size = entrySize(input);
  const entries = table.length / size;
  // This throws if the transform is unknown.
  transformFunction(transform);
  if (!Number.isInteger(entries)) {
    throw new ContractError(
      `Cannot join inputs: the table of ${input.name} has ${table.length} values, expected a multiple of ${size}`,
    );
  }
  return {
    entries,
    copy(entry, values, start) {
      const own = table.subarray(entry * size, (entry + 1) * size);
      copyTransformed(own, { target: values, at: start, transform });
    },
  };
}

/** Entries that are packed DNA; a further one, the last, is of bases that are not known. */
export function sequenceCopies(sequences: PackedSequences, input: InputSpec): EntryCopies {
  const { bases } = sequences;
  if (input.name !== "sequence" || bases !== input.bases) {
    throw new ContractError(
      `Cannot join inputs: the table of ${input.name} is of sequences of ${bases} bases, expected ${
        input.name === "sequence" ? `${input.bases} bases` : "numbers"
      }`,
    );
  }
  const blank = countSequences(sequences);
  return {
    entries: blank + 1,
    copy(entry, values, start) {
      if (entry === blank) values.fill(UNKNOWN_BASE, start, start + bases);
      else unpackSequence(sequences, entry, values.subarray(start, start + bases));
    },
  };
}

/** The entries of samples, where those without a sequence have the last entry of {@linkcode sequenceCopies}. */
export function withBlankEntry(entryOf: Uint32Array, { entries }: EntryCopies): Uint32Array {
  if (!entryOf.includes(NO_SEQUENCE)) return entryOf;
  return entryOf.map((entry) => entry === NO_SEQUENCE ? entries - 1 : entry);
}
