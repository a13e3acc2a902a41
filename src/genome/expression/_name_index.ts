import type { ValueColumn } from "./_layout.ts";
import { plainSampleName, syntacticName } from "./_sample_names.ts";

/** Finds columns by name: by the exact name, by R's form of the wanted name, and by the name without endings. */
export class NameIndex {
  readonly #exact = new Map<string, ValueColumn[]>();
  readonly #plain = new Map<string, ValueColumn[]>();

  constructor(values: readonly ValueColumn[]) {
    for (const value of values) {
      append(this.#exact, value.name, value);
      append(this.#plain, plainSampleName(value.name), value);
    }
  }

  /** Finds the columns of a cell type. R and pandas rename the second `liver` in a header to `liver.1`. */
  findCellType(name: string): readonly ValueColumn[] {
    return this.#find(name).flatMap((value) => [
      value,
      ...this.#exact.get(`${value.name}.1`) ?? [],
    ]);
  }

  /** Finds the columns of a sample, which may have the name of a file, as columns may. */
  findSample(name: string): readonly ValueColumn[] {
    const found = this.#find(name);
    return found.length > 0 ? found : this.#plain.get(plainSampleName(name)) ?? [];
  }

  #find(name: string): readonly ValueColumn[] {
    for (const index of [this.#exact, this.#plain]) {
      const found = index.get(name) ?? index.get(syntacticName(name));
      if (found !== undefined) return found;
    }
    return [];
  }
}

function append(index: Map<string, ValueColumn[]>, name: string, value: ValueColumn): void {
  const values = index.get(name);
  if (values === undefined) index.set(name, [value]);
  else values.push(value);
}
