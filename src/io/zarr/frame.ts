/** Data frames of AnnData, as `obs` and `var` are: written some rows at a time. */

import { ARRAY, encoding, STRING_ARRAY } from "./anndata.ts";
import { ZarrArray } from "./array.ts";
import { writeGroup, type ZarrPath, type ZarrStore } from "./store.ts";

/** The value of a cell; `undefined` if it is not known. */
export type FrameCell = string | number | undefined;

/**
 * What a column is in pandas: `str` objects, a categorical of texts, `int64`, or `Int64` and `float64`, of which a value
 * can be missing as it can of a categorical.
 */
export type FrameKind = "text" | "category" | "integer" | "nullable integer" | "number";

/** A column that grows by cells. */
interface Column {
  append(cells: readonly FrameCell[]): Promise<void>;
  finish(): Promise<void>;
}

/** The names and kinds of the columns of a frame. */
export interface FrameLayout {
  /** Name of the index, whose cells are texts that differ from each other. */
  readonly index: string;
  /** The other columns, in their order. */
  readonly columns: Readonly<Record<string, FrameKind>>;
}

/** A data frame that grows by rows. */
export class Frame {
  readonly #store: ZarrStore;
  readonly #path: ZarrPath;
  readonly #layout: FrameLayout;
  readonly #columns: ReadonlyMap<string, Column>;

  /**
   * Begins a frame.
   *
   * @param store Where to write.
   * @param path The frame's path.
   * @param layout Its columns.
   */
  constructor(store: ZarrStore, path: ZarrPath, layout: FrameLayout) {
    this.#store = store;
    this.#path = path;
    this.#layout = layout;
    const kinds = Object.entries({ [layout.index]: "text", ...layout.columns } as const);
    this.#columns = new Map(
      kinds.map(([name, kind]) => [name, makeColumn(store, `${path}/${name}`, kind)]),
    );
  }

  /**
   * Appends rows.
   *
   * @param cells The cells of each column and of the index, by name, `[row]`.
   */
  async append(cells: Readonly<Record<string, readonly FrameCell[]>>): Promise<void> {
    for (const [name, column] of this.#columns) await column.append(cells[name]!);
  }

  /** Writes what is left, and the metadata. */
  async finish(): Promise<void> {
    for (const column of this.#columns.values()) await column.finish();
    await writeGroup(this.#store, this.#path, {
      ...encoding("dataframe", "0.2.0"),
      _index: this.#layout.index,
      "column-order": Object.keys(this.#layout.columns),
    });
  }
}

function makeColumn(store: ZarrStore, path: ZarrPath, kind: FrameKind): Column {
  switch (kind) {
    case "text":
      return new TextColumn(store, path);
    case "category":
      return new CategoryColumn(store, path);
    case "integer":
      return new IntegerColumn(store, path);
    case "nullable integer":
      return new NullableIntegerColumn(store, path);
    case "number":
      return new NumberColumn(store, path);
  }
}

class TextColumn implements Column {
  readonly #array: ZarrArray;

  constructor(store: ZarrStore, path: ZarrPath) {
    this.#array = new ZarrArray(store, path, { type: "string", attributes: STRING_ARRAY });
  }

  async append(cells: readonly FrameCell[]): Promise<void> {
    await this.#array.append(cells as readonly string[]);
  }

  finish(): Promise<void> {
    return this.#array.finish();
  }
}

/** Texts as places in a list of the different ones, in the order of their first cells. */
class CategoryColumn implements Column {
  readonly #store: ZarrStore;
  readonly #path: ZarrPath;
  readonly #codes: ZarrArray;
  readonly #places = new Map<string, number>();

  constructor(store: ZarrStore, path: ZarrPath) {
    this.#store = store;
    this.#path = path;
    this.#codes = new ZarrArray(store, `${path}/codes`, { type: "int32", attributes: ARRAY });
  }

  async append(cells: readonly FrameCell[]): Promise<void> {
    await this.#codes.append(Int32Array.from(cells, (cell) => this.#placeOf(cell)));
  }

  async finish(): Promise<void> {
    await this.#codes.finish();
    const categories = new TextColumn(this.#store, `${this.#path}/categories`);
    await categories.append([...this.#places.keys()]);
    await categories.finish();
    const attributes = { ...encoding("categorical", "0.2.0"), ordered: false };
    await writeGroup(this.#store, this.#path, attributes);
  }

  #placeOf(cell: FrameCell): number {
    // Pandas' sign of a missing value.
    if (cell === undefined) return -1;
    const text = String(cell);
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    const place = this.#places.size;
    this.#places.set(text, place);
    return place;
  }
}

class IntegerColumn implements Column {
  readonly #array: ZarrArray;

  constructor(store: ZarrStore, path: ZarrPath) {
    this.#array = new ZarrArray(store, path, { type: "int64", attributes: ARRAY });
  }

  async append(cells: readonly FrameCell[]): Promise<void> {
    await this.#array.append(BigInt64Array.from(cells, (cell = 0) => BigInt(cell)));
  }

  finish(): Promise<void> {
    return this.#array.finish();
  }
}

class NullableIntegerColumn implements Column {
  readonly #store: ZarrStore;
  readonly #path: ZarrPath;
  readonly #values: IntegerColumn;
  readonly #isMissing: ZarrArray;

  constructor(store: ZarrStore, path: ZarrPath) {
    this.#store = store;
    this.#path = path;
    this.#values = new IntegerColumn(store, `${path}/values`);
    this.#isMissing = new ZarrArray(store, `${path}/mask`, { type: "bool", attributes: ARRAY });
  }

  async append(cells: readonly FrameCell[]): Promise<void> {
    await this.#values.append(cells);
    await this.#isMissing.append(Uint8Array.from(cells, (cell) => Number(cell === undefined)));
  }

  async finish(): Promise<void> {
    await this.#values.finish();
    await this.#isMissing.finish();
    await writeGroup(this.#store, this.#path, encoding("nullable-integer", "0.1.0"));
  }
}

/** Numbers, of which a missing one is NaN. */
class NumberColumn implements Column {
  readonly #array: ZarrArray;

  constructor(store: ZarrStore, path: ZarrPath) {
    this.#array = new ZarrArray(store, path, { type: "float64", attributes: ARRAY });
  }

  async append(cells: readonly FrameCell[]): Promise<void> {
    await this.#array.append(Float64Array.from(cells, (cell = NaN) => Number(cell)));
  }

  finish(): Promise<void> {
    return this.#array.finish();
  }
}
