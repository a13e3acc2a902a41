import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import type { CompetitionBlock } from "../../../src/io/competition_writer.ts";
import { writeAnndata, type WriteAnndataOptions } from "../../../src/io/zarr/anndata_writer.ts";
import { COMPETITION_RECORD } from "../../../src/record.ts";
import { readArray, readAttributes, readCategories, type Store } from "../../helpers/zarrita.ts";

const RECORD = { ...COMPETITION_RECORD, marks: ["H3K4me3", "H3K9me3"] };
const GENES = ["ENSG00000000003.15", "Trp53"];
const BLOCKS: readonly CompetitionBlock[] = [
  { cellType: "liver", genes: GENES, signal: [0, 1, 2, 3, 4, 0.1, 6, 7], labels: [0.5, -1.5] },
  { cellType: "lung", genes: new Uint32Array([5]), signal: [8, 9, 10, 11], labels: [2] },
];
const DETAILS = { symbol: "TSPAN6", chromosome: "chrX", tss: 100_639_990, strand: "-" } as const;
const OPTIONS: WriteAnndataOptions = {
  record: RECORD,
  geneDetails: new Map([["ENSG00000000003.15", DETAILS]]),
  about: { version: "1.2.3", nothing: undefined },
};

async function write(
  blocks: readonly CompetitionBlock[],
  options = OPTIONS,
): Promise<Store> {
  const store: Store = new Map();
  await writeAnndata(store, blocks, options);
  return store;
}

Deno.test("the signal is a matrix of samples and bins by marks, the rest stands in obs, var and uns", async () => {
  const store = await write(BLOCKS);
  const { type, shape, values } = await readArray(store, "/X");
  deepStrictEqual([type, shape], ["float32", [3, 4]]);
  deepStrictEqual(values, [0, 1, 2, 3, 4, Math.fround(0.1), 6, 7, 8, 9, 10, 11]);
  deepStrictEqual((await readArray(store, "/obs/sample")).values, [
    "liver:ENSG00000000003.15",
    "liver:Trp53",
    "lung:ENSG00000000005",
  ]);
  deepStrictEqual(await readCategories(store, "/obs/cell_type"), ["liver", "liver", "lung"]);
  deepStrictEqual(await readCategories(store, "/obs/symbol"), ["TSPAN6", null, null]);
  deepStrictEqual(await readCategories(store, "/obs/strand"), ["-", null, null]);
  deepStrictEqual((await readArray(store, "/obs/tss/values")).values, [100_639_990n, 0n, 0n]);
  deepStrictEqual((await readArray(store, "/obs/tss/mask")).values, [false, true, true]);
  deepStrictEqual((await readArray(store, "/obs/label")).values, [0.5, -1.5, 2]);
  deepStrictEqual(await readCategories(store, "/var/mark"), [...RECORD.marks, ...RECORD.marks]);
  deepStrictEqual((await readArray(store, "/var/offset_bp")).values, [-100n, -100n, 0n, 0n]);
  deepStrictEqual((await readArray(store, "/var/feature")).values.slice(2), [
    "H3K4me3:0",
    "H3K9me3:0",
  ]);
  deepStrictEqual((await readArray(store, "/uns/histone/record/marks")).values, RECORD.marks);
  deepStrictEqual((await readArray(store, "/uns/histone/bins")).values, [2n]);
  deepStrictEqual((await readArray(store, "/uns/histone/version")).values, ["1.2.3"]);
  strictEqual(store.has("/uns/histone/nothing/zarr.json"), false);
});

Deno.test("the attributes are those of AnnData's format, and the outermost group is written last", async () => {
  const store = await write(BLOCKS);
  const encoding = async (path: string) => {
    const attributes = await readAttributes(store, path);
    return `${attributes["encoding-type"]} ${attributes["encoding-version"]}`;
  };
  const wanted = {
    "/": "anndata 0.1.0",
    "/X": "array 0.2.0",
    "/obs": "dataframe 0.2.0",
    "/obs/sample": "string-array 0.2.0",
    "/obs/cell_type": "categorical 0.2.0",
    "/obs/cell_type/codes": "array 0.2.0",
    "/obs/tss": "nullable-integer 0.1.0",
    "/layers": "dict 0.1.0",
    "/uns/histone": "dict 0.1.0",
    "/uns/histone/bins": "numeric-scalar 0.2.0",
    "/uns/histone/version": "string 0.2.0",
  };
  const found = Object.keys(wanted).map(async (path) => [path, await encoding(path)]);
  deepStrictEqual(Object.fromEntries(await Promise.all(found)), wanted);
  const { _index, "column-order": columns } = await readAttributes(store, "/obs");
  deepStrictEqual([_index, columns], ["sample", [
    "cell_type",
    "gene_id",
    "symbol",
    "chrom",
    "tss",
    "strand",
    "label",
  ]]);
  strictEqual([...store.keys()].at(-1), "/zarr.json");
});

Deno.test("replicates have a group, and marks that were not measured are NaN", async () => {
  await rejects(
    write(BLOCKS, { ...OPTIONS, cellTypeGroups: new Map([["kidney", "organ"]]) }),
    /"kidney" is not one of the data's, liver, lung/,
  );
  const [liver, lung] = BLOCKS as [CompetitionBlock, CompetitionBlock];
  const blocks = [liver, { ...lung, signal: [8, 0, 10, 0] }];
  const store = await write(blocks, {
    ...OPTIONS,
    cellTypeGroups: new Map([["liver", "organ"]]),
    missingMarks: new Map([["lung", ["H3K9me3"]]]),
  });
  deepStrictEqual(await readCategories(store, "/obs/group"), ["organ", "organ", "lung"]);
  deepStrictEqual((await readArray(store, "/X")).values.slice(8), [8, NaN, 10, NaN]);
  const missing = (cellType: string, mark: string) => ({
    ...OPTIONS,
    missingMarks: new Map([[cellType, [mark]]]),
  });
  await rejects(
    write(BLOCKS, missing("lung", "H3K9me3")),
    /"lung": gene .* has .* signal of a mark/,
  );
  await rejects(
    write(BLOCKS, missing("lung", "H3")),
    /"H3" is not one of the data.s marks, H3K4me3, H3K9me3/,
  );
});

Deno.test("transcripts name their genes", async () => {
  const geneDetails = new Map([["Trp53", { gene: "ENSMUSG00000059552" }]]);
  const store = await write(BLOCKS, { record: RECORD, geneDetails });
  deepStrictEqual(await readCategories(store, "/obs/gene"), [null, "ENSMUSG00000059552", null]);
});

Deno.test("blocks that contradict themselves or each other are refused", async () => {
  const good = { cellType: "E1", genes: ["1", "2"], signal: new Uint8Array(8), labels: [0, 1] };
  const cases: [CompetitionBlock[], RegExp][] = [
    [[], /there are no cell types, expected some/],
    [[{ ...good, signal: [1, 2, 3] }], /^TypeError: .*"E1": 3 values of signal, expected/],
    [[{ ...good, genes: ["1", "1"] }], /^RangeError: .*gene "1" appears twice/],
    [[{ ...good, genes: ["1", ""] }], /^RangeError: .*a gene id is empty/],
    [[{ ...good, cellType: "__x" }], /^RangeError: .*starts with "__"/],
    [[{ ...good, signal: [0, 0, 0, 0, 0, 0, 0, -1] }], /^RangeError: .*gene 2 has a count/],
    [[{ ...good, signal: [0, 0, 0, 0, 0, 0, 0, 1e39] }], /^RangeError: .*gene 2 has a count/],
    [[{ ...good, signal: [0, 0, 0, 0, 0, 0, 0, 2 ** 24 + 1] }], /one that float32 does not hold/],
    [[{ ...good, labels: [0, NaN] }], /^RangeError: .*gene 2 has a count or label/],
    [[good, good], /^RangeError: .*"E1": it appears twice/],
    [[good, { ...good, cellType: "E2", labels: undefined }], /2 bins and no labels, those before/],
  ];
  for (const [blocks, message] of cases) await rejects(write(blocks), message);
});

Deno.test("samples of two cell types that would have one name are refused, others with colons are not", async () => {
  const block = (cellType: string, gene: string) => {
    return { cellType, genes: [gene], signal: [1, 2, 3, 4] };
  };
  const store = await write([block("liver", "1:y"), block("liver:1", "x"), block("liv", "er:1:x")]);
  strictEqual((await readArray(store, "/obs/sample")).shape[0], 3);
  for (const blocks of [[block("liver", "1:x"), block("liver:1", "x")]]) {
    const message = /one of "[^"]+" would both be named "liver:1:x"/;
    await rejects(write(blocks), message);
    await rejects(write(blocks.toReversed()), message);
  }
});
