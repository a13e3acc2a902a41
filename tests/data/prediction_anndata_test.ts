import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { Dataset, type PredictionAnndata, writePredictionAnndata } from "../../src/data/mod.ts";
import { readArray, readAttributes, readCategories, type Store } from "../helpers/zarrita.ts";
import { tableColumns } from "../helpers/samples.ts";

const DETAILS = [
  { symbol: "DPM1", chromosome: "chr20", tss: 50_958_531, strand: "-" as const },
  {},
  { chromosome: "chr20", tss: 0 },
];
const COLUMNS = { ...tableColumns(2, 3), geneDetails: DETAILS };

async function write(data: Dataset, content: PredictionAnndata): Promise<Store> {
  const store: Store = new Map();
  await writePredictionAnndata(store, data, content);
  return store;
}

Deno.test("predictions are a matrix of cell types and genes in the data's order, NaN where the data lack a pair", async () => {
  // Positions in another order, and without the second gene of the first cell type.
  const data = new Dataset(COLUMNS).subset([5, 0, 2, 3, 4]);
  const predictions = Float32Array.from(data.labels(), (label) => label + 0.1);
  const store = await write(data, { predictions, measured: data.labels(), spread: predictions });
  const X = await readArray(store, "/X");
  deepStrictEqual([X.type, X.shape], ["float32", [2, 3]]);
  deepStrictEqual(X.values, [0.1, NaN, 2.1, 3.1, 4.1, 5.1].map(Math.fround));
  deepStrictEqual((await readArray(store, "/layers/measured")).values, [0, NaN, 2, 3, 4, 5]);
  const residual = await readArray(store, "/layers/residual");
  deepStrictEqual(residual.values, X.values.map((x, i) => Math.fround(i - Number(x))));
  deepStrictEqual((await readArray(store, "/layers/spread")).values, X.values);
  deepStrictEqual((await readArray(store, "/obs/cell_type")).values, ["E001", "E002"]);
  deepStrictEqual((await readArray(store, "/var/gene_id")).values, COLUMNS.genes);
  deepStrictEqual(await readCategories(store, "/var/symbol"), ["DPM1", null, null]);
  deepStrictEqual(await readCategories(store, "/var/chrom"), ["chr20", null, "chr20"]);
  deepStrictEqual((await readArray(store, "/var/tss/values")).values, [50_958_531n, 0n, 0n]);
  deepStrictEqual((await readArray(store, "/var/tss/mask")).values, [false, true, false]);
  const { _index, "column-order": columns } = await readAttributes(store, "/obs");
  deepStrictEqual([_index, columns], ["cell_type", []]);
});

Deno.test("only cell types and genes that have samples are there, and uns says what the numbers are", async () => {
  const about = {
    model: "waka2",
    members: 5,
    mean: 0.5,
    best: true,
    tags: ["a", "b"],
    sizes: [1, 2],
  };
  const store = await write(new Dataset(COLUMNS).subset([4]), { predictions: [1], about });
  deepStrictEqual((await readArray(store, "/X")).shape, [1, 1]);
  deepStrictEqual((await readArray(store, "/obs/cell_type")).values, ["E002"]);
  deepStrictEqual((await readArray(store, "/var/gene_id")).values, [COLUMNS.genes[1]]);
  strictEqual(store.has("/layers/measured/zarr.json"), false);
  const value = async (name: string) => (await readArray(store, `/uns/histone/${name}`)).values;
  deepStrictEqual(await value("model"), ["waka2"]);
  deepStrictEqual(await value("members"), [5n]);
  deepStrictEqual([await value("mean"), await value("best")], [[0.5], [true]]);
  deepStrictEqual([await value("tags"), await value("sizes")], [["a", "b"], [1, 2]]);
  deepStrictEqual(await value("record/assembly"), ["hg19"]);
  deepStrictEqual(await value("record/marks"), ["H3K4me3", "H3K9me3"]);
});

Deno.test("transcripts name their genes, and replicates their cell type", async () => {
  const columns = {
    ...COLUMNS,
    geneDetails: [{ gene: "G1" }, { gene: "G1" }, {}],
    cellTypeGroups: ["liver", "liver"],
  };
  const data = new Dataset(columns);
  const store = await write(data, { predictions: data.labels() });
  deepStrictEqual(await readCategories(store, "/var/gene"), ["G1", "G1", null]);
  deepStrictEqual(await readCategories(store, "/obs/group"), ["liver", "liver"]);
});

Deno.test("a large matrix is cut into chunks of whole cell types", async () => {
  const data = new Dataset(tableColumns(40, 30_000));
  const store = await write(data, { predictions: data.labels() });
  const { shape, chunks, values } = await readArray(store, "/X");
  deepStrictEqual([shape, chunks], [[40, 30_000], [17, 30_000]]);
  strictEqual(values.findIndex((value, i) => value !== i), -1);
});

Deno.test("a gene twice in a cell type, no samples and bad numbers are refused", async () => {
  const data = new Dataset(COLUMNS);
  const twice = data.subset([0, 1, 1]);
  await rejects(
    write(twice, { predictions: [1, 2, 3] }),
    /gene ENSG00000000002 occurs twice in E001/,
  );
  await rejects(write(data.subset([]), { predictions: [] }), /there are no samples, expected some/);
  await rejects(write(data, { predictions: [1] }), /1 for 6 samples, expected one for each/);
  const infinite = data.labels().with(1, Infinity);
  await rejects(
    write(data, { predictions: infinite }),
    /prediction of ENSG\S+2 in E001 is Infinity/,
  );
  const about = { "a/b": 1 };
  await rejects(
    write(data, { predictions: data.labels(), about }),
    /"a\/b", expected a name without/,
  );
});

Deno.test("intervals are layers, and cell types and genes say whether they were trained on", async () => {
  const data = new Dataset(COLUMNS);
  const values = Float32Array.of(0, 1, 2, 3, 4, 5);
  const store = await write(data, {
    predictions: values,
    low: values.map((value) => value - 1),
    high: values.map((value) => value + 1),
    regimes: ["seen", "newGene", "newGeneInPanel", "newCellType", "bothNew", "bothNewInPanel"],
    unlike: ["", "", "", "deep", "deep", "deep"],
  });
  deepStrictEqual((await readArray(store, "/layers/low")).values, [-1, 0, 1, 2, 3, 4]);
  deepStrictEqual((await readArray(store, "/layers/high")).values, [1, 2, 3, 4, 5, 6]);
  deepStrictEqual(await readCategories(store, "/obs/trained"), ["yes", "no"]);
  deepStrictEqual(await readCategories(store, "/obs/unlike"), [null, "deep"]);
  deepStrictEqual(await readCategories(store, "/var/trained"), ["yes", "no", "no"]);
  const { "column-order": columns } = await readAttributes(store, "/var");
  deepStrictEqual(columns, ["symbol", "chrom", "tss", "strand", "trained"]);
});
