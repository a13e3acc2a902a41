/** Counts of a reader's cases, in memory that outlives the worker that fills it. */

const FIELDS = [
  "current",
  "isReading",
  "done",
  "values",
  "refused",
  "slowestMs",
  "slowestCase",
  "largestAllocation",
] as const;

/** The fields: `current` is the case being run, -1 before the first; `isReading` is 1 while the reader runs. */
export type TallyField = typeof FIELDS[number];

/** Shared by the worker, which writes, and its parent, which reads. */
export class Tally {
  readonly #values: Float64Array<SharedArrayBuffer>;

  /** Uses the memory of another thread, or new memory. */
  constructor(buffer?: SharedArrayBuffer) {
    this.#values = new Float64Array(buffer ?? new SharedArrayBuffer(8 * FIELDS.length));
    if (buffer === undefined) this.set("current", -1);
  }

  /** Adds the counts of another tally, of later cases. */
  merge(other: Tally): void {
    for (const field of ["done", "values", "refused"] as const) {
      this.set(field, this.get(field) + other.get(field));
    }
    this.raise("largestAllocation", other.get("largestAllocation"));
    if (this.raise("slowestMs", other.get("slowestMs"))) {
      this.set("slowestCase", other.get("slowestCase"));
    }
  }

  get buffer(): SharedArrayBuffer {
    return this.#values.buffer;
  }

  get(field: TallyField): number {
    return this.#values[FIELDS.indexOf(field)]!;
  }

  set(field: TallyField, value: number): void {
    this.#values[FIELDS.indexOf(field)] = value;
  }

  add(field: TallyField): void {
    this.set(field, this.get(field) + 1);
  }

  raise(field: TallyField, value: number): boolean {
    if (value <= this.get(field)) return false;
    this.set(field, value);
    return true;
  }
}
