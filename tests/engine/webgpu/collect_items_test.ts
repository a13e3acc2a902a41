import { deepStrictEqual } from "node:assert";
import { NO_ENTRY, SampleBatch } from "../../../src/engine/sample_source.ts";
import { ItemCollector } from "../../../src/engine/webgpu/collect_items.ts";
import { EntryLayout } from "../../../src/engine/webgpu/entries.ts";
import { modelGraph } from "../../../src/model/graph.ts";
import { parseSpec } from "../../../src/model/parse_spec.ts";
import type { GraphPurpose } from "../../../src/engine/webgpu/kernel.ts";

const GRAPH = modelGraph(parseSpec({
  name: "references",
  inputs: [{ name: "summary", values: 1 }, { name: "references", references: 2, values: 1 }],
  branches: [
    { name: "own", input: "summary", layers: [{ type: "linear", units: 3 }] },
    { name: "others", input: "references", encoder: "own" },
  ],
  head: {
    join: [{ type: "difference", branch: "own", references: "others" }],
    layers: [{ type: "dense", units: 1 }],
  },
  loss: "meanSquaredError",
}));

/** Three samples: the first two share a summary, all share references, the last has one only. */
function makeBatch(): SampleBatch {
  const batch = new SampleBatch(GRAPH.inputs, 4);
  const [summary, references] = [batch.input("summary"), batch.input("references")];
  batch.samples = 3;
  summary.entries = 2;
  summary.entryOf.set([0, 0, 1]);
  references.entries = 2;
  references.entryOf.set([0, 1, 1, 0, NO_ENTRY, 1]);
  return batch;
}

function collect(purpose: GraphPurpose) {
  const layout = new EntryLayout(GRAPH, { samples: 4, purpose });
  const collector = new ItemCollector(layout);
  collector.collect(makeBatch());
  const { count, items, uses, origins } = collector.encoders[0]!;
  const placesOf = (branch: number, length: number) => {
    const { offset } = layout.branches[branch]!;
    return [...collector.places.subarray(offset, offset + length)];
  };
  const rows = (array: Uint32Array, width: number) =>
    Array.from({ length: count }, (_, i) => [...array.subarray(width * i, width * (i + 1))]);
  return {
    items: rows(items, 4),
    uses: [...uses.subarray(0, items[4 * count - 1])],
    origins: rows(origins, 2),
    own: placesOf(0, 3),
    others: placesOf(1, 6),
    present: [...collector.places.subarray(layout.presentOffset(), layout.presentOffset() + 3)],
    count: collector.places[0],
  };
}

Deno.test("shared entries are items once, with their uses in order", () => {
  deepStrictEqual(collect("training"), {
    items: [[0, 0, 0, 2], [0, 1, 2, 3], [1, 0, 3, 5], [1, 1, 5, 8]],
    uses: [0, 1, 2, 0, 3, 1, 2, 5],
    origins: [[], [], [], []],
    own: [0, 0, 1],
    others: [2, 3, 3, 2, NO_ENTRY, 3],
    present: [2, 2, 1],
    count: 4,
  });
});

Deno.test("for gradients by the inputs each use is an item", () => {
  deepStrictEqual(collect("inputGradients"), {
    items: [[0, 0, 0, 1], [0, 0, 1, 2], [0, 1, 2, 3]].concat(
      [[1, 0, 3, 4], [1, 1, 4, 5], [1, 1, 5, 6], [1, 0, 6, 7], [1, 1, 7, 8]],
    ),
    uses: [0, 1, 2, 0, 1, 2, 3, 5],
    origins: [[0, 0], [1, 0], [2, 0], [0, 0], [0, 1], [1, 0], [1, 1], [2, 1]],
    own: [0, 1, 2],
    others: [3, 4, 5, 6, NO_ENTRY, 7],
    present: [2, 2, 1],
    count: 8,
  });
});
