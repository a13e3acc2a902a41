import { deepStrictEqual, ok, rejects } from "node:assert";
import fc from "fast-check";
import { Dataset } from "../../../src/data/dataset.ts";
import type { GeneDetails } from "../../../src/gene_id.ts";
import type { CompetitionBlock } from "../../../src/io/competition_writer.ts";
import { readAnndata } from "../../../src/io/zarr/anndata_reader.ts";
import { writeAnndata, type WriteAnndataOptions } from "../../../src/io/zarr/anndata_writer.ts";
import { COMPETITION_RECORD } from "../../../src/record.ts";
import { editNode, writeOldSignal } from "../../helpers/old_zarr.ts";
import type { Store } from "../../helpers/zarrita.ts";

const RECORD = {
  ...COMPETITION_RECORD,
  marks: ["H3K4me3", "H3K9me3"],
  transform: "none" as const,
  extendBp: 200,
  fragments: true,
  expressionTransform: "log2p1" as const,
};
const GENES = ["ENSG00000000003.15", "Trp53"];
const BLOCKS: readonly CompetitionBlock[] = [
  { cellType: "liver.1", genes: GENES, signal: [0, 1, 2, 3, 4, 0.25, 6, 7], labels: [0.5, -1.5] },
  { cellType: "lung", genes: ["Trp53"], signal: [8, 0, 10, 0], labels: [2] },
  { cellType: "liver.2", genes: GENES, signal: [1, 1, 2, 3, 5, 8, 13, 21], labels: [0.1, 1e-9] },
];
const DETAILS = { symbol: "TSPAN6", chromosome: "chrX", tss: 100_639_990, strand: "-" } as const;
const OPTIONS: WriteAnndataOptions = {
  record: RECORD,
  geneDetails: new Map<string, GeneDetails>([[GENES[0]!, DETAILS], ["Trp53", {
    gene: "ENSMUSG00000059552",
    tss: 0,
  }]]),
  cellTypeGroups: new Map([["liver.1", "liver"], ["liver.2", "liver"]]),
  missingMarks: new Map([["lung", ["H3K9me3"]]]),
};

async function write(options = OPTIONS, blocks = BLOCKS): Promise<Store> {
  const store: Store = new Map();
  await writeAnndata(store, blocks, options);
  return store;
}

Deno.test("all that is written is read back: signal, labels, genes, groups, marks that were not measured, record", async () => {
  const columns = await readAnndata(await write());
  deepStrictEqual(
    columns,
    {
      signal: Float32Array.of(0, 1, 2, 3, 4, 0.25, 6, 7, 8, 0, 10, 0, 1, 1, 2, 3, 5, 8, 13, 21),
      labels: Float64Array.of(0.5, -1.5, 2, 0.1, 1e-9),
      cellTypes: ["liver.1", "lung", "liver.2"],
      cellTypeIndex: Uint32Array.of(0, 0, 1, 2, 2),
      cellTypeGroups: ["liver", "lung", "liver"],
      markMask: Uint8Array.of(1, 1, 1, 0, 1, 1),
      genes: GENES,
      geneIndex: Uint32Array.of(0, 1, 1, 0, 1),
      geneDetails: [DETAILS, { tss: 0, gene: "ENSMUSG00000059552" }],
      bins: 2,
      record: RECORD,
    } as unknown as typeof columns,
  );
  deepStrictEqual(new Dataset(columns).missingMarks, new Map([["lung", ["H3K9me3"]]]));
});

Deno.test("samples without labels and details are read back, and a record that is given is taken", async () => {
  const blocks = BLOCKS.map(({ labels: _, ...block }) => block);
  const store = await write({ record: RECORD }, blocks);
  const { labels, geneDetails, markMask } = await readAnndata(store);
  deepStrictEqual([labels, geneDetails, markMask], [undefined, undefined, undefined]);
  store.delete("/uns/histone/record/zarr.json");
  await rejects(
    readAnndata(store),
    /there is no data record, expected one as prepare writes it, or/,
  );
  const record = { ...RECORD, assembly: "mm39" };
  deepStrictEqual((await readAnndata(store, { record })).record, record);
});

Deno.test("any blocks are read back equal, whatever their names and numbers", async () => {
  const name = fc.string({ minLength: 1, maxLength: 8, unit: "grapheme" })
    .filter((text) => text.isWellFormed() && !text.startsWith("__"))
    // U+FFFD is what an unreadable character becomes, so writers refuse it.
    // deno-lint-ignore no-control-regex
    .map((text) => text.replaceAll(/[\p{C}\p{Z}\ufffd]|[\0-\x1f]/gu, "_"));
  const names = fc.uniqueArray(name, { minLength: 1, maxLength: 4 })
    .filter((all) => all.every((text) => !text.startsWith("__") && !text.includes(":")));
  const count = fc.oneof(fc.nat(300), fc.float({ min: 0, max: 1e6 as number, noNaN: true }));
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(names, names, names),
      fc.array(count, { minLength: 64 * 3, maxLength: 64 * 3 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      async ([cellTypes, genes, marks], counts, label) => {
        const bins = 3;
        const size = genes.length * bins * marks.length;
        const blocks = cellTypes.map((cellType, i) => ({
          cellType,
          genes,
          signal: counts.slice(i * size, (i + 1) * size),
          labels: genes.map((_, gene) => label + gene),
        }));
        const store: Store = new Map();
        await writeAnndata(store, blocks, { record: { ...RECORD, marks } });
        const read = await readAnndata(store);
        deepStrictEqual([read.cellTypes, read.genes, read.bins], [cellTypes, genes, bins]);
        deepStrictEqual(Array.from(read.signal), blocks.flatMap(({ signal }) => signal));
        deepStrictEqual(Array.from(read.labels!), blocks.flatMap(({ labels }) => labels));
        deepStrictEqual(read.record.marks, marks);
      },
    ),
  );
});

Deno.test("what is damaged, missing or contradicts the rest is refused with its file", async () => {
  const cases: readonly [(store: Store) => void, RegExp][] = [
    [(store) => store.delete("/zarr.json"), /encoding-type is missing, expected "anndata" \(x\)/],
    [(store) => store.delete("/X/zarr.json"), /there is no array \(x\/X\)/],
    [(store) => store.delete("/X/c/0/0"), /the chunk c\/0\/0 is missing \(x\/X\)/],
    [
      (store) => store.set("/obs/cell_type/codes/c/0", store.get("/obs/gene_id/codes/c/0")!),
      /appears twice in cell type/,
    ],
    [(store) => store.delete("/obs/label/c/0"), /the chunk c\/0 is missing \(x\/obs\/label\)/],
    [
      (store) => store.delete("/obs/cell_type/codes/c/0"),
      /the chunk c\/0 is missing \(x\/obs\/cell_type\/codes\)/,
    ],
    [
      (store) => store.delete("/obs/gene_id/zarr.json"),
      /the column is missing \(x\/obs\/gene_id\)/,
    ],
    [
      (store) => store.set("/obs/label/c/0", new Uint8Array(9)),
      /gzip data are damaged \(x\/obs\/label\/c\/0\)/,
    ],
    [
      (store) => store.set("/obs/label/c/0", store.get("/obs/label/c/0")!.slice(0, -9)),
      /gzip data are damaged/,
    ],
    [
      (store) => store.set("/X/c/0/0", new Uint8Array(9)),
      /a shard has 9 bytes, too few for 1 chunks \(x\/X\/c\/0\/0\)/,
    ],
    [
      (store) => store.set("/X/c/0/0", store.get("/X/c/0/0")!.slice(1)),
      /a checksum is that of other bytes: they are damaged/,
    ],
    [
      (store) => store.set("/obs/gene_id/codes/c/0", store.get("/obs/label/c/0")!),
      /a chunk has \d+ or more bytes, ex/,
    ],
    [
      (store) => store.set("/obs/label/c/0", store.get("/obs/gene_id/codes/c/0")!),
      /a chunk has 20 bytes, expected 40/,
    ],
    [(store) => store.set("/zarr.json", new Uint8Array([123])), /Cannot read Zarr: .*JSON.* \(x\)/],
    [
      (store) => editNode(store, "/X", (json) => json.shape = [5, 5]),
      /shape is 5,5, expected 5,4 numbers/,
    ],
    [
      (store) => editNode(store, "/X", (json) => json.shape = [2 ** 40, 4]),
      /items of shape is .*, expected at most/,
    ],
    [
      (store) => editNode(store, "/X", (json) => json.shape = "5"),
      /shape is "5", expected up to 4 integers/,
    ],
    [
      (store) => editNode(store, "/X", (json) => json.data_type = "complex64"),
      /data_type is "complex64", expected/,
    ],
    [
      (store) => editNode(store, "/X", (json) => json.codecs = [{ name: "transpose" }]),
      /the first codec is "transpose"/,
    ],
    [
      (store) =>
        editNode(store, "/X", (json) => json.codecs = [{ name: "bytes" }, { name: "lzma" }]),
      /a codec is "lzma"/,
    ],
    [
      (store) =>
        editNode(
          store,
          "/X",
          (json) => json.chunk_grid = { name: "rectilinear", configuration: {} },
        ),
      /chunk_grid is "rectilinear", expected regular/,
    ],
    [
      (store) =>
        editNode(store, "/X", (json) => {
          json.node_type = "group";
          json.attributes = { "encoding-type": "csr_matrix" };
        }),
      /its encoding-type is "csr_matrix", expected a dense array: .*toarray\(\).* \(x\/X\)/,
    ],
    [
      (store) => editNode(store, "/obs/gene_id/codes", (json) => json.shape = [4]),
      /it has 4 rows, expected 5 as cell_type has \(x\/obs\/gene_id\)/,
    ],
    [
      (store) =>
        store.set("/obs/gene_id/categories/c/0", store.get("/obs/cell_type/categories/c/0")!),
      /texts of a chunk are damaged|samples of .* differ|appears twice/,
    ],
    [
      (store) => store.set("/var/bin/c/0", store.get("/var/offset_bp/c/0")!),
      /features are not all bins/,
    ],
    [
      (store) => editNode(store, "/var/mark/codes", (json) => json.shape = [3]),
      /features are not all bins/,
    ],
    [
      (store) => store.set("/obs/tss/values/c/0", store.get("/obs/label/c/0")!),
      /samples of Trp53 differ in it, expected the same in all of them \(x\/obs\/tss\)/,
    ],
    [
      (store) =>
        editNode(store, "/uns/histone/record/assembly", (json) => json.data_type = "float64"),
      /the first codec is "vlen-utf8", expected bytes/,
    ],
    [
      (store) => store.delete("/uns/histone/record/binSizeBp/zarr.json"),
      /Cannot read data record: binSizeBp is missing.* \(x\/uns\/histone\/record\)/,
    ],
  ];
  for (const [damage, message] of cases) {
    const store = await write();
    damage(store);
    await rejects(
      readAnndata(store, { name: "x" }),
      { name: "FormatError", message },
      String(message),
    );
  }
});

Deno.test("NaN in some of a mark's bins, or in some of a cell type's samples, is refused", async () => {
  const width = 4;
  for (const [row, columns] of [[1, [1]], [1, [1, 3]], [4, [0, 2]]] as const) {
    const store = await write();
    const signal = new Float32Array(5 * width);
    for (const column of columns) signal[row * width + column] = NaN;
    await writeOldSignal(store, signal, { shape: [5, width] });
    await rejects(readAnndata(store), {
      name: "FormatError",
      message: /has NaN for a mark that has numb/,
    });
  }
});

Deno.test("an array that claims far more than its files hold is refused before memory is taken for it", async () => {
  const claim = (store: Store, path: string) =>
    editNode(store, path, (json) => {
      json.shape = [2 ** 28];
      json.chunk_grid = { name: "regular", configuration: { chunk_shape: [2 ** 26] } };
    });
  const store = await write();
  claim(store, "/obs/cell_type/codes");
  const before = Deno.memoryUsage().rss;
  await rejects(readAnndata(store), /it claims 67108864 items in \d+ bytes, expected at most \d+/);
  ok(Deno.memoryUsage().rss - before < 2 ** 26);
  const many = await write();
  editNode(many, "/obs/cell_type/codes", (json) => {
    json.shape = [2 ** 28];
    json.attributes = {};
  });
  await rejects(readAnndata(many), /4161 of its chunks are missing, 1 are there/);
  const padded = await write();
  await writeOldSignal(padded, new Float32Array(20), { shape: [5, 4] });
  padded.set("/X/c/0/0", new Uint8Array(2 ** 20));
  await rejects(readAnndata(padded), /the chunk c\/0\/0 has 1048576 bytes, expected at most \d+/);
});

/** Files of Zarr v2, as older versions of anndata write them. */
function writeV2(store: Store, path: string, array: {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly filters?: unknown;
}): void {
  const set = (name: string, value: unknown) =>
    store.set(`${path}/${name}` as `/${string}`, new TextEncoder().encode(JSON.stringify(value)));
  const { shape, dtype, bytes, filters = null } = array;
  const fill_value = dtype === "<f8" ? "NaN" : 0;
  set(".zarray", {
    shape,
    chunks: shape,
    dtype,
    filters,
    order: "C",
    compressor: null,
    fill_value,
  });
  set(".zattrs", {});
  store.set(`${path}/${shape.map(() => 0).join(".")}` as `/${string}`, bytes);
}

Deno.test("columns of Zarr v2 are read as those of v3", async () => {
  const store = await write();
  for (const key of [...store.keys()]) {
    if (/^\/(X|obs\/label|obs\/cell_type)\//.test(key)) store.delete(key);
  }
  const X = Float32Array.from({ length: 20 }, (_, i) => i);
  writeV2(store, "/X", { dtype: "<f4", shape: [5, 4], bytes: new Uint8Array(X.buffer) });
  const labels = Float64Array.of(1, 2, 3, 4, 5);
  writeV2(store, "/obs/label", { dtype: "<f8", shape: [5], bytes: new Uint8Array(labels.buffer) });
  const names = new Uint8Array(
    [5, 0, 0, 0, ..."aabcc"].flatMap((part) =>
      typeof part === "number" ? part : [1, 0, 0, 0, part.charCodeAt(0)]
    ),
  );
  const filters = [{ id: "vlen-utf8" }];
  writeV2(store, "/obs/cell_type", { dtype: "|O", shape: [5], bytes: names, filters });
  const columns = await readAnndata(store);
  deepStrictEqual(columns.cellTypes, ["a", "b", "c"]);
  deepStrictEqual([Array.from(columns.signal), columns.labels], [Array.from(X), labels]);
});

Deno.test("numbers of two bytes, and of the other byte order, are read as any others", async () => {
  const bigEndian = (
    itemBytes: number,
    put: (view: DataView, offset: number, i: number) => void,
  ) => {
    const bytes = new Uint8Array(20 * itemBytes);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < 20; i++) put(view, i * itemBytes, i);
    return bytes;
  };
  const wanted = Array.from({ length: 20 }, (_, i) => i);
  const kinds: readonly (readonly [dtype: string, bytes: Uint8Array<ArrayBuffer>])[] = [
    ["<f2", new Uint8Array(Float16Array.from(wanted).buffer)],
    [">f2", bigEndian(2, (view, at, i) => view.setFloat16(at, i))],
    [">f4", bigEndian(4, (view, at, i) => view.setFloat32(at, i))],
    [">f8", bigEndian(8, (view, at, i) => view.setFloat64(at, i))],
    [">i2", bigEndian(2, (view, at, i) => view.setInt16(at, i))],
    [">u4", bigEndian(4, (view, at, i) => view.setUint32(at, i))],
    [">i8", bigEndian(8, (view, at, i) => view.setBigInt64(at, BigInt(i)))],
  ];
  for (const [dtype, bytes] of kinds) {
    const store = await write();
    for (const key of [...store.keys()]) if (key.startsWith("/X/")) store.delete(key);
    writeV2(store, "/X", { dtype, shape: [5, 4], bytes });
    deepStrictEqual(Array.from((await readAnndata(store)).signal), wanted, dtype);
  }
  const store = await write();
  editNode(store, "/X", (json) => {
    json.codecs = [{ name: "bytes", configuration: { endian: "big" } }];
  });
  for (const key of [...store.keys()]) if (key.startsWith("/X/c/")) store.delete(key);
  store.set("/X/c/0/0", bigEndian(4, (view, at, i) => view.setFloat32(at, i)));
  deepStrictEqual(Array.from((await readAnndata(store)).signal), wanted);
});
