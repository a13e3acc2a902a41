import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { parquetReadObjects } from "hyparquet";
import { Dataset } from "../../../src/data/dataset.ts";
import { carryingDistances } from "../../../src/explain/differences/carrying_distances.ts";
import { writeDifferences } from "../../../src/explain/differences/difference_table.ts";
import { explainDifferences } from "../../../src/explain/differences/explain_differences.ts";
import { BINS, linearModel, MARKS, plantedChanges } from "../../helpers/planted_changes.ts";

/** A model that reads one bin of one mark. */
function modelOf(bin: number) {
  const weights = new Float32Array(BINS * MARKS.length);
  weights[bin * MARKS.length + 1] = 1;
  return linearModel(weights);
}

const SIDES = { from: ["A"], to: ["D"], engine: "wasm" } as const;

/** Genes on the plus strand, on the minus strand, and on one that is not known. */
function stranded(): Dataset {
  const { data } = plantedChanges({ genes: 3 });
  return new Dataset({
    ...data.columns,
    genes: ["ENSMUSG1", "ENSMUSG2", "ENSMUSG3"],
    geneDetails: [
      { chromosome: "chr1", tss: 1000, strand: "+" },
      { symbol: "Two", strand: "-" },
      { symbol: "Three" },
    ],
  });
}

Deno.test("distances run along transcription, and are empty where the strand is not known", async () => {
  const data = stranded();
  const found = await explainDifferences([modelOf(11)], data, SIDES);
  deepStrictEqual([...found.directions], [1, -1, 0]);
  deepStrictEqual([...found.carriedBy.startBin], [11, 11, 11]);
  const { from, to } = carryingDistances(data, found);
  deepStrictEqual([...from], [100, -200, NaN]);
  deepStrictEqual([...to], [200, -100, NaN]);
  // Profiles are turned too: of the two genes with a known strand each has its own bin.
  const upwards = found.profiles.subarray(BINS * MARKS.length);
  const downwards = found.profiles.subarray(0, BINS * MARKS.length);
  const has = (bin: number) => upwards[3 * bin + 1] !== 0 || downwards[3 * bin + 1] !== 0;
  deepStrictEqual([...Array(BINS).keys()].filter(has), [8, 11]);
});

Deno.test("windows that are turned round already run along transcription, whatever the strand", async () => {
  const { columns } = stranded();
  const data = new Dataset({
    ...columns,
    record: { ...columns.record, orientation: "transcript" },
  });
  const model = modelOf(11);
  const record = { ...model.record, orientation: "transcript" } as const;
  const turned = {
    ...model,
    record,
    inputRecord: { ...model.inputRecord, orientation: "transcript" },
  };
  const found = await explainDifferences([turned as typeof model], data, SIDES);
  deepStrictEqual([...carryingDistances(data, found).from], [100, 100, 100]);
});

async function write(format: "tsv" | "jsonl" | "parquet"): Promise<Uint8Array<ArrayBuffer>> {
  const data = stranded();
  const differences = await explainDifferences([modelOf(11), modelOf(10)], data, SIDES);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>();
  const bytes = new Response(readable).bytes();
  await writeDifferences(writable, data, {
    differences,
    format,
    symbols: ["One", "Zwei", undefined],
    log2FoldChanges: [1.5, NaN, -2],
    qValues: [1e-300, NaN, 0.5],
    trained: ["both", "from", "neither"],
  });
  return await bytes;
}

Deno.test("all formats hold the same cells, and what is not known is empty", async () => {
  const text = new TextDecoder();
  const lines = text.decode(await write("tsv")).trimEnd().split("\n").map((line) =>
    line.split("\t")
  );
  const [names = [], ...rows] = lines;
  deepStrictEqual(
    names,
    [
      "gene_id symbol chrom tss strand from_predicted to_predicted predicted_change spread low high",
      "from_measured to_measured measured_change log2_fold_change q_value",
      "add_H3K27me3 add_H3K4me3 add_H3K9me3 remainder",
      "carried_by carried_from_bp carried_to_bp from_samples to_samples trained",
    ].join(" ").split(" "),
  );
  const objects = text.decode(await write("jsonl")).trimEnd().split("\n").map((line) =>
    JSON.parse(line)
  );
  const file = await write("parquet");
  const stored = await parquetReadObjects({ file: file.buffer });
  for (const [row, cells] of rows.entries()) {
    for (const [column, name] of names.entries()) {
      const cell = cells[column]!;
      const value = objects[row]![name];
      strictEqual(value === null ? "" : String(value), cell, name);
      const kept = stored[row]![name];
      if (cell === "") strictEqual(kept, null, name);
      else if (typeof value === "number") {
        ok(Math.abs(Number(kept) - value) <= 1e-6 * Math.abs(value), name);
      } else strictEqual(kept, value, name);
    }
  }
  const [one, two, three] = objects;
  deepStrictEqual([one.symbol, two.symbol, three.symbol], ["One", "Zwei", "Three"]);
  deepStrictEqual([one.tss, two.tss, one.q_value, two.q_value], [1000, null, 1e-300, null]);
  deepStrictEqual([three.carried_from_bp, one.trained, three.trained], [null, "both", "neither"]);
});
