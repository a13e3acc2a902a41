/** Signal of test data as an array. */

import type { PackedArray } from "../../src/base/arrays.ts";
import type { SampleColumns } from "../../src/io/columns.ts";
import { inMemory } from "../../src/io/stored_signal.ts";

/** The signal of columns, which must be in memory. */
export function packedSignal({ signal }: Pick<SampleColumns, "signal">): PackedArray {
  return inMemory(signal, "test");
}
