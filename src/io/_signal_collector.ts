/** Collects the signal of a file from the parts in which it is decoded. */

import type { RowBatch } from "./_competition_decoder.ts";
import type { LearnedValues } from "./_count_finder.ts";
import { takeMemory } from "./_memory.ts";
import { joinContents, type SignalContent } from "./_signal_content.ts";
import { PackedBuilder } from "./packing.ts";
import { LARGEST_ENCODED_COUNT } from "./logarithms.ts";
import { makeValues } from "./signal_values.ts";
import type { PackedColumns } from "./columns.ts";

/**
 * Thrown if logarithms of counts are among other values, or one count has two logarithms: then the file has to be
 * decoded again without recovering counts.
 */
export class MixedSignalError extends Error {
  override readonly name = "MixedSignalError";
}

/** What a file's signal turned out to be, and how it is kept. */
export interface CollectedSignal extends Pick<PackedColumns, "signal" | "signalValues"> {
  /** Whether all values are integers. */
  readonly areIntegers: boolean;
}

/** Collects the signal in the narrowest type, and logarithms of counts as these counts. */
export class SignalCollector {
  readonly #file: string;
  readonly #builder: PackedBuilder;
  readonly #values = new Map<number, number>();
  #content: SignalContent = "zeros";

  /** Makes room for `length` values of a file. */
  constructor(length: number, file: string) {
    this.#file = file;
    this.#builder = takeMemory(file, () => new PackedBuilder(length));
  }

  /**
   * Takes some rows.
   *
   * @param batch The rows.
   * @param start Place of their first value.
   * @throws {MixedSignalError} If they are not of one kind with earlier ones.
   * @throws {FormatError} If there is not enough memory.
   */
  place({ signal, content, learned }: RowBatch, start: number): void {
    this.#content = joinContents(this.#content, content);
    if (this.#content === "mixed") throw new MixedSignalError("logarithms among other values");
    if (learned !== undefined) this.#learn(learned);
    takeMemory(this.#file, () => this.#builder.place(signal, start));
  }

  /** All of it; nothing may be added afterwards. */
  finish(): CollectedSignal {
    const signal = this.#builder.finish();
    if (this.#content !== "logarithms") {
      return { signal, areIntegers: this.#content !== "numbers" };
    }
    const largest = signal instanceof Uint8Array ? 2 ** 8 - 1 : LARGEST_ENCODED_COUNT;
    return { signal, signalValues: makeValues(this.#values, largest), areIntegers: false };
  }

  #learn({ counts, values }: LearnedValues): void {
    for (const [i, count] of counts.entries()) {
      const known = this.#values.get(count) ?? values[i]!;
      if (known !== values[i]) throw new MixedSignalError(`two logarithms of ${count} + 1`);
      this.#values.set(count, known);
    }
  }
}
