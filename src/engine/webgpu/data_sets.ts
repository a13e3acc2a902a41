import type { SampleSource } from "../sample_source.ts";
import { GpuColumns } from "./columns.ts";
import type { GpuMemory } from "./memory.ts";

/** Data sets that stay on the GPU: training and validation take turns. */
const MOST = 2;

/** The data sets on the GPU. */
export class DataSets {
  readonly #memory: GpuMemory;
  /** In order of use, the most recently used last. */
  #columns: GpuColumns[] = [];
  #uploads = 0;

  /** Data sets are uploaded to `memory`. */
  constructor(memory: GpuMemory) {
    this.#memory = memory;
  }

  /** The columns of a source; if they are not there, uploads them in place of the least recently used. */
  use(source: SampleSource): GpuColumns {
    const known = this.#columns.find((columns) => columns.source === source);
    const others = this.#columns.filter((columns) => columns !== known);
    while (known === undefined && others.length >= MOST) others.shift()!.free();
    const columns = known ?? new GpuColumns(source, this.#memory, `data ${++this.#uploads}`);
    this.#columns = [...others, columns];
    return columns;
  }
}
