import type { LayerChain, ModelGraph } from "../../../../model/graph.ts";
import { sizeOf, type WeightShape } from "../../../../model/shapes.ts";
import { entrySize, placesOf } from "../../../sample_source.ts";
import { roundUp } from "../../layout.ts";
import { type LaneAllocator, skewedStride } from "../layout.ts";
import { planGrouped } from "../plan.ts";
import type { GroupedPlan } from "../types.ts";
import type {
  ColumnPlan,
  MeanRow,
  ProgramWeights,
  ProjectionPart,
  ReaderPlan,
  TablePlan,
} from "./types.ts";

/** Columns of a table, each of which has a bit of 16. */
const MOST_COLUMNS = 16;

/** A program that is not assembled yet. */
export interface PlannedProgram {
  readonly plan: GroupedPlan;
  readonly weights: ProgramWeights;
}

/** A row of an entry that a branch reads, and the column that it is; −1 if it is the entry itself. */
export interface BranchRow extends MeanRow {
  readonly column: number;
}

/** A table that grows by columns. */
interface GrowingTable {
  readonly encoder: number;
  readonly inputs: number[];
  readonly size: number;
  readonly columns: ColumnPlan[];
  /** What each column is, to find it again. */
  readonly keys: string[];
  /** Bytes of a row so far. */
  bytes: number;
}

interface GrowingReader {
  readonly input: number;
  readonly table: number;
  needs: number;
}

/**
 * The tables that the branches of a model read. Inputs of one encoder share a table, so that the marks of a sample which is
 * a reference of others are encoded once. A branch without layers reads the entries of another one's table where that
 * has them.
 */
export class BranchTables {
  /** The programs of all columns. */
  readonly programs: PlannedProgram[] = [];
  readonly #graph: ModelGraph;
  readonly #encoders: readonly (GroupedPlan | undefined)[];
  readonly #units: number;
  readonly #tables: GrowingTable[] = [];
  readonly #readers: GrowingReader[] = [];

  /** `encoders` are the plans of those with layers, `units` those of a projection. */
  constructor(
    graph: ModelGraph,
    encoders: readonly (GroupedPlan | undefined)[],
    units: number,
  ) {
    this.#graph = graph;
    this.#encoders = encoders;
    this.#units = units;
    for (const [index, { layers, branches }] of graph.encoders.entries()) {
      if (layers.length === 0) continue;
      for (const branch of branches) this.#tableOf(index, graph.branches[branch]!.input);
    }
  }

  /** The outputs of a branch, computed of all entries that it reads. */
  output(branch: number): BranchRow {
    const row = this.#outputOf(branch);
    this.#need(row);
    return row;
  }

  /**
   * What some rows of the head's first kernel make of the outputs of a branch: of each entry that it reads, or when asked
   * for.
   */
  project(
    branch: number,
    parts: readonly ProjectionPart[],
    when: "always" | "asked" = "asked",
  ): BranchRow {
    const from = this.#outputOf(branch);
    const { size } = this.#graph.branches[branch]!;
    const reader = this.#readers[from.reader]!;
    const table = this.#tables[reader.table]!;
    const row = this.#column(table, `project ${from.column} ${JSON.stringify(parts)}`, () => ({
      from,
      size,
      program: {
        plan: this.#planProjection(size),
        weights: { kind: "projection", parts, size },
      },
      outputSize: this.#units,
    }));
    const found = { ...row, reader: from.reader };
    if (when === "always") this.#need(found);
    return found;
  }

  /** Places tables and lists; `undefined` if too few entries would fit. */
  place(memory: LaneAllocator, { keptBytes, leastSamples, blockSamples }: {
    readonly keptBytes: number;
    readonly leastSamples: number;
    readonly blockSamples: number;
  }): { readonly tables: TablePlan[]; readonly readers: ReaderPlan[] } | undefined {
    const { inputs } = this.#graph;
    const readers = this.#readers.map(({ input, table, needs }): ReaderPlan => {
      const places = placesOf(inputs[input]!);
      const overReferences = inputs[input]!.name === "references" ||
        inputs[input]!.name === "referenceLabels";
      const list = overReferences ? memory.take(4 * blockSamples * places) : 0;
      return { input, table, places, overReferences, needs, list };
    });
    const strides = this.#tables.map(({ bytes }) => skewedStride(bytes));
    const capacity = Math.floor(keptBytes / strides.reduce((sum, stride) => sum + stride, 0));
    const ofSample = readers.reduce((sum, { places }) => sum + places, 0);
    const hasBits = this.#tables.every(({ columns }) => columns.length <= MOST_COLUMNS);
    if (capacity < leastSamples * ofSample || !hasBits) return undefined;
    const tables = this.#tables.map(({ size, columns }, index): TablePlan => {
      const stride = strides[index]!;
      const own = readers.filter(({ table, overReferences }) => table === index && !overReferences);
      const passing = blockSamples * own.length;
      const address = memory.take((capacity + passing) * stride);
      return { size, columns, address, stride, capacity, passing };
    });
    return { tables, readers };
  }

  #planProjection(size: number): GroupedPlan {
    const units = this.#units;
    const known = this.programs.find(({ weights }) =>
      weights.kind === "projection" && weights.size === size
    );
    if (known !== undefined) return known.plan;
    const chain: LayerChain = {
      place: "head.layers",
      layers: [{ type: "dense", units }],
      firstLayer: 0,
      shapes: [[size], [units]],
      outputShape: [units],
    };
    const shapes: WeightShape[] = [
      { layer: 0, name: "kernel", shape: [size, units], trainable: true },
      { layer: 0, name: "bias", shape: [units], trainable: true },
    ];
    const plan = planGrouped(chain, shapes);
    if (plan === undefined) throw new Error("Cannot plan a projection: found no weights");
    return plan;
  }

  #need({ reader, column }: BranchRow): void {
    if (column >= 0) this.#readers[reader]!.needs |= 1 << column;
  }

  /** Where the outputs of a branch are: the entry itself without layers, else a column. */
  #outputOf(branch: number): BranchRow {
    const { input, encoder } = this.#graph.branches[branch]!;
    const { layers, outputShape } = this.#graph.encoders[encoder]!;
    const table = this.#tableOf(encoder, input);
    const reader = this.#readerOf(input, table);
    if (layers.length === 0) return { reader, column: -1, offset: 0 };
    const { column, offset } = this.#column(this.#tables[table]!, "output", () => ({
      from: { reader, column: -1, offset: 0 },
      size: this.#tables[table]!.size,
      program: {
        plan: this.#encoders[encoder]!,
        weights: { kind: "model" },
      },
      outputSize: sizeOf(outputShape),
    }));
    return { reader, column, offset };
  }

  /** Finds a column by its key, or adds it. */
  #column(
    table: GrowingTable,
    key: string,
    make: () => {
      readonly from: BranchRow;
      readonly size: number;
      readonly program: PlannedProgram;
      readonly outputSize: number;
    },
  ): Pick<BranchRow, "column" | "offset"> {
    const known = table.keys.indexOf(key);
    if (known >= 0) return { column: known, offset: table.columns[known]!.to };
    const { from, size, program, outputSize } = make();
    const to = table.bytes;
    table.bytes += roundUp(4 * outputSize);
    table.keys.push(key);
    table.columns.push({
      program: this.programs.push(program) - 1,
      from: from.offset,
      to,
      inputSize: size,
      outputSize,
      after: from.column,
    });
    return { column: table.columns.length - 1, offset: to };
  }

  #readerOf(input: number, table: number): number {
    const known = this.#readers.findIndex((one) => one.input === input && one.table === table);
    return known >= 0 ? known : this.#readers.push({ input, table, needs: 0 }) - 1;
  }

  /** The table where an encoder's entries of an input are. */
  #tableOf(encoder: number, input: number): number {
    const isPlain = this.#graph.encoders[encoder]!.layers.length === 0;
    const known = this.#tables.findIndex((table) =>
      table.encoder === encoder || isPlain && table.inputs.includes(input)
    );
    if (known >= 0) {
      const { inputs } = this.#tables[known]!;
      if (!inputs.includes(input)) inputs.push(input);
      return known;
    }
    const size = entrySize(this.#graph.inputs[input]!);
    const made = {
      encoder,
      inputs: [input],
      size,
      columns: [],
      keys: [],
      bytes: roundUp(4 * size),
    };
    return this.#tables.push(made) - 1;
  }
}
