/** Counts controls when they are needed, and keeps them while others need them. */

import { narrowIntegers } from "../base/arrays.ts";
import { freeArray } from "../base/free.ts";
import { ContractError } from "../errors.ts";
import type { ControlRule } from "../record.ts";
import type { ControlInput, SignalInput } from "./prepare_options.ts";
import type { CountingRule } from "./signal/track.ts";

/** Counts as they are kept: integers where they are. */
export type KeptValues =
  | Uint16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/** The counts of a control, `[gene, bin]`, and the reads in its whole file. */
export interface ControlValues {
  readonly values: KeptValues;
  readonly reads: number;
}

/** Memory for controls that are kept for later files. One that does not fit is counted again when it is needed. */
const KEPT_BYTES = 32 * 2 ** 20;

/** A control that is counted or being counted. */
interface KeptControl {
  readonly counts: Promise<ControlValues>;
  /** How many borrowers it has at the moment. */
  users: number;
  /** Its size; 0 while it is being counted. */
  bytes: number;
}

/** Counts controls, each once as a rule: most sheets have one control for all marks of a cell type. */
export class ControlCounts {
  readonly #count: (control: ControlInput, file: SignalInput) => Promise<ControlValues>;
  readonly #mostBytes: number;
  /** For how many files each control will still be used. */
  readonly #uses = new Map<ControlInput, number>();
  /** The controls in memory; those that were used longest ago come first. */
  readonly #kept = new Map<ControlInput, KeptControl>();

  /**
   * @param files All files that will be counted.
   * @param count Counts a control for the first file that needs it.
   */
  constructor(
    files: readonly SignalInput[],
    count: (control: ControlInput, file: SignalInput) => Promise<ControlValues>,
    mostBytes = KEPT_BYTES,
  ) {
    this.#count = count;
    this.#mostBytes = mostBytes;
    for (const { control } of files) {
      if (control !== undefined) this.#uses.set(control, (this.#uses.get(control) ?? 0) + 1);
    }
  }

  /**
   * Lends the controls of files, each once. They must not be changed, and not be used after `use` has returned.
   *
   * @returns What `use` returns.
   */
  async lend<T>(
    files: readonly SignalInput[],
    use: (controls: ReadonlyMap<ControlInput, ControlValues>) => T,
  ): Promise<T> {
    const lent = new Map<ControlInput, ControlValues>();
    const taken: ControlInput[] = [];
    try {
      for (const control of controlsOf(files)) {
        const kept = this.#take(control, files.find((file) => file.control === control)!);
        taken.push(control);
        lent.set(control, await kept.counts);
      }
      return use(lent);
    } finally {
      for (const control of taken) {
        this.#giveBack(control, files.filter((file) => file.control === control).length);
      }
      this.#evict();
    }
  }

  #take(control: ControlInput, file: SignalInput): KeptControl {
    const earlier = this.#kept.get(control);
    const kept = earlier ?? { counts: this.#count(control, file), users: 0, bytes: 0 };
    if (earlier === undefined) {
      kept.counts.then(({ values }) => kept.bytes = values.byteLength, () => undefined);
    }
    kept.users++;
    // The last in the map is the one that was used last.
    this.#kept.delete(control);
    this.#kept.set(control, kept);
    return kept;
  }

  #giveBack(control: ControlInput, files: number): void {
    const kept = this.#kept.get(control);
    const left = (this.#uses.get(control) ?? 0) - files;
    this.#uses.set(control, left);
    if (kept === undefined) return;
    kept.users--;
    if (left <= 0 && kept.users === 0) this.#release(control, kept);
  }

  /** Releases the controls that were used longest ago until the others fit. */
  #evict(): void {
    let bytes = [...this.#kept.values()].reduce((sum, kept) => sum + kept.bytes, 0);
    for (const [control, kept] of this.#kept) {
      if (bytes <= this.#mostBytes) return;
      if (kept.users > 0) continue;
      bytes -= kept.bytes;
      this.#release(control, kept);
    }
  }

  #release(control: ControlInput, kept: KeptControl): void {
    this.#kept.delete(control);
    kept.counts.then(({ values }) => freeArray(values), () => undefined);
  }
}

/** The controls of files, each once. */
export function controlsOf(files: readonly SignalInput[]): ControlInput[] {
  return [...new Set(files.flatMap(({ control }) => control ?? []))];
}

/** The formula of each rule, of a count and of the control's count, scaled to the same depth. */
const FORMULAS: Readonly<Record<ControlRule, (count: number, control: number) => number>> = {
  subtract: (count, control) => Math.max(0, count - control),
  ratio: (count, control) => (count + 1) / (control + 1),
};

/**
 * Compares counts with the sum of those of their controls, in place.
 *
 * @param counts Counts of a mark, `[gene, bin]`; the results replace them.
 * @param controls Counts of its controls, each `[gene, bin]`.
 * @param options The rule, and the factor that scales the sum of the controls to the depth of the mark.
 */
export function compareWithControls(
  counts: Float64Array,
  controls: readonly KeptValues[],
  { rule, scale }: { readonly rule: ControlRule; readonly scale: number },
): void {
  const formula = FORMULAS[rule];
  for (let i = 0; i < counts.length; i++) {
    let sum = 0;
    for (const values of controls) sum += values[i]!;
    counts[i] = formula(counts[i]!, sum * scale);
  }
}

/** Keeps counts of reads as integers, exactly and in a quarter of the memory; other values stay as they are. */
export function narrowCounts(values: Float64Array<ArrayBuffer>, rule: CountingRule): KeptValues {
  if (rule !== "reads") return values;
  const narrow = narrowIntegers(values);
  freeArray(values);
  return narrow;
}

/** Throws unless a control has reads, by whose number its counts are scaled. */
export function checkControlReads(reads: number, name: string): void {
  if (reads > 0) return;
  throw new ContractError(
    `Cannot use control ${name}: it has no reads, expected some to compare with`,
  );
}
