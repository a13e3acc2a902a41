import { deepStrictEqual } from "node:assert";
import { NO_ENTRY, SampleBatch } from "../../../src/engine/sample_source.ts";
import { ItemCollector, type Items } from "../../../src/engine/webgpu/collect_items.ts";
import { EntryLayout } from "../../../src/engine/webgpu/entries.ts";
import { type ModelGraph, modelGraph } from "../../../src/model/graph.ts";
import { parseSpec } from "../../../src/model/parse_spec.ts";
import type { LayerSpec } from "../../../src/model/spec.ts";
import type { GraphPurpose } from "../../../src/engine/webgpu/kernel.ts";

/** A model of one encoder over summaries and references. */
function makeGraph(layers: readonly LayerSpec[]): ModelGraph {
  return modelGraph(parseSpec({
    name: "references",
    inputs: [{ name: "summary", values: 1 }, { name: "references", references: 2, values: 1 }],
    branches: [
      { name: "own", input: "summary", layers },
      { name: "others", input: "references", encoder: "own" },
    ],
    head: {
      join: [{ type: "difference", branch: "own", references: "others" }],
      layers: [{ type: "dense", units: 1 }],
    },
    loss: "meanSquaredError",
  }));
}

const LINEAR = { type: "linear", units: 3 } as const;
const PLAIN = makeGraph([LINEAR]);
const DROPPED = makeGraph([LINEAR, { type: "dropout", rate: 0.5 }]);

/** Three samples: the first two share a summary, all share references, the last has one only. */
function makeBatch(): SampleBatch {
  const batch = new SampleBatch(PLAIN.inputs, 4);
  const [summary, references] = [batch.input("summary"), batch.input("references")];
  batch.samples = 3;
  summary.entries = 2;
  summary.entryOf.set([0, 0, 1]);
  references.entries = 2;
  references.entryOf.set([0, 1, 1, 0, NO_ENTRY, 1]);
  return batch;
}

function collect(graph: ModelGraph, purpose: GraphPurpose) {
  const layout = new EntryLayout(graph, { samples: 4, purpose });
  const collector = new ItemCollector(layout);
  collector.collect(makeBatch());
  const { shared, origins, parents, ...found } = collector.encoders[0]!;
  const placesOf = (branch: number, length: number) => {
    const { offset } = layout.branches[branch]!;
    return [...collector.places.subarray(offset, offset + length)];
  };
  return {
    ...listItems(found),
    origins: rowsOf(origins, 2, found.count),
    parents: [...parents.subarray(0, found.count)],
    shared: shared && listItems(shared),
    own: placesOf(0, 3),
    others: placesOf(1, 6),
    present: [...collector.places.subarray(layout.presentOffset(), layout.presentOffset() + 3)],
    counts: [...collector.places.subarray(0, 2)],
  };
}

function listItems({ items, uses, count, useCount }: Items) {
  return { items: rowsOf(items, 4, count), uses: [...uses.subarray(0, useCount)] };
}

function rowsOf(array: Uint32Array, width: number, count: number): number[][] {
  return Array.from({ length: count }, (_, i) => [...array.subarray(width * i, width * (i + 1))]);
}

/** An item for each use of an entry. */
const EXPANDED = {
  items: [
    [0, 0, 0, 1],
    [0, 0, 1, 2],
    [0, 1, 2, 3],
    [1, 0, 3, 4],
    [1, 1, 4, 5],
    [1, 1, 5, 6],
    [1, 0, 6, 7],
    [1, 1, 7, 8],
  ],
  uses: [0, 1, 2, 0, 1, 2, 3, 5],
  origins: [[0, 0], [1, 0], [2, 0], [0, 0], [0, 1], [1, 0], [1, 1], [2, 1]],
  own: [0, 1, 2],
  others: [3, 4, 5, 6, NO_ENTRY, 7],
  present: [2, 2, 1],
};

Deno.test("shared entries are items once, with their uses in order", () => {
  deepStrictEqual(collect(PLAIN, "training"), {
    items: [[0, 0, 0, 2], [0, 1, 2, 3], [1, 0, 3, 5], [1, 1, 5, 8]],
    uses: [0, 1, 2, 0, 3, 1, 2, 5],
    origins: [[], [], [], []],
    parents: [],
    shared: undefined,
    own: [0, 0, 1],
    others: [2, 3, 3, 2, NO_ENTRY, 3],
    present: [2, 2, 1],
    counts: [4, 0],
  });
});

Deno.test("for input gradients each use is an item", () => {
  deepStrictEqual(collect(PLAIN, "inputGradients"), {
    ...EXPANDED,
    parents: [],
    shared: undefined,
    counts: [8, 0],
  });
});

Deno.test("where layers before a dropout share, each use continues the item of its entry", () => {
  deepStrictEqual(collect(DROPPED, "training"), {
    ...EXPANDED,
    parents: [0, 0, 1, 2, 3, 3, 2, 3],
    shared: {
      items: [[0, 0, 0, 2], [0, 1, 2, 3], [1, 0, 3, 5], [1, 1, 5, 8]],
      uses: [0, 1, 2, 3, 6, 4, 5, 7],
    },
    counts: [8, 4],
  });
});
