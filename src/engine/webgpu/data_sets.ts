import type { SampleSource } from "../sample_source.ts";
import { GpuColumns } from "./columns.ts";
import type { GpuMemory } from "./memory.ts";

/** Data sets that stay on the GPU: training and validation take turns. */
const MOST = 2;

/** The data sets on the GPU. */
export class DataSets {
  readonly #memory: GpuMemory;
  /** The last used last. */
  #columns: GpuColumns[] = [];
  #uploads = 0;

  /** Data sets are uploaded to `memory`. */
  constructor(memory: GpuMemory) {
    this.#memory = memory;
  }

  /** The columns of a source; uploads them if they are not there, in place of those that were not used for longest. */
  use(source: SampleSource): GpuColumns {
    const known = this.#columns.find((columns) => columns.source === source);
    const others = this.#columns.filter((columns) => columns !== known);
    while (known === undefined && others.length >= MOST) others.shift()!.free();
    const columns = known ?? new GpuColumns(source, this.#memory, `data ${++this.#uploads}`);
    this.#columns = [...others, columns];
    return columns;
  }
}
