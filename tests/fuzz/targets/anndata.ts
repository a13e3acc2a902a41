/** The reader of AnnData in Zarr, whose data are many files. */

import { gunzipSync, gzipSync } from "node:zlib";
import { Dataset } from "../../../src/data/dataset.ts";
import { readAnndata } from "../../../src/io/zarr/anndata_reader.ts";
import { writeAnndata } from "../../../src/io/zarr/anndata_writer.ts";
import { withChecksum } from "../../../src/io/zarr/codec.ts";
import { openStoredColumns } from "../../../src/io/zarr/stored_columns.ts";
import { concatenateAll } from "../../../src/base/bytes.ts";
import type { ByteSource } from "../../../src/files/byte_source.ts";
import { ContractError } from "../../../src/errors.ts";
import { COMPETITION_RECORD } from "../../../src/record.ts";
import { type Bytes, expectSound, type Part, type Seed, type Target } from "../seed.ts";

type Store = Map<`/${string}`, Bytes>;

const RECORD = {
  ...COMPETITION_RECORD,
  marks: ["H3K4me3", "H3K9me3"],
  transform: "none" as const,
};
const BINS = 2;
const CHECKSUM_BYTES = 4;
/** The index of a shard of one chunk, with its checksum. */
const SHARD_INDEX_BYTES = 16 + CHECKSUM_BYTES;
/** Files that are damaged together in a case, by the start of their keys. */
const GROUPS = [
  "/X",
  "/obs/cell_type",
  "/obs/gene_id",
  "/obs/tss",
  "/obs/label",
  "/var",
  "/uns",
  "/zarr",
];

async function writeStore(): Promise<Store> {
  const store: Store = new Map();
  const blocks = ["E003", "E004"].map((cellType, i) => ({
    cellType,
    genes: ["ENSG00000000003.15", "Trp53"],
    signal: Array.from({ length: 2 * BINS * 2 }, (_, at) => at % (3 + i)),
    labels: [0.5, i],
  }));
  const geneDetails = new Map([["Trp53", { symbol: "p53", tss: 5, strand: "+" as const }]]);
  await writeAnndata(store, blocks, { record: RECORD, geneDetails });
  return store;
}

/** A file of the store; a chunk is damaged before it is packed, or after. */
function partsOf(key: string, bytes: Bytes): Part[] {
  if (key.endsWith("json")) return [{ name: key, kind: "json", bytes }];
  if (key.startsWith("/X/")) return shardParts(key, bytes);
  const packed: Part = { name: key, kind: "binary", bytes };
  const items = new Uint8Array(gunzipSync(bytes));
  return [
    { ...packed, bytes: items, wrap: (damaged) => new Uint8Array(gzipSync(damaged)) },
    packed,
  ];
}

/** A shard; its checksums are made for the damaged bytes, or not. */
function shardParts(key: string, bytes: Bytes): Part[] {
  const chunkEnd = bytes.length - SHARD_INDEX_BYTES;
  const fields = [0, 8].map((at) => ({ offset: chunkEnd + at, bytes: 8 as const }));
  const packed: Part = { name: key, kind: "binary", bytes, boundaries: [chunkEnd] };
  // Of the only chunk the checksum is in its last 4 bytes, and so it is of the index.
  const wrap = (damaged: Bytes) => {
    const end = Math.max(0, damaged.length - SHARD_INDEX_BYTES);
    const pieces = [damaged.subarray(0, end), damaged.subarray(end)]
      .map((piece) => withChecksum(piece.subarray(0, Math.max(0, piece.length - CHECKSUM_BYTES))));
    return concatenateAll(pieces);
  };
  return [{ ...packed, fields, wrap }, { ...packed, fields }];
}

/** All files, of which a case has some. */
let whole: Store = new Map();

async function makeSeeds(): Promise<readonly Seed[]> {
  whole = await writeStore();
  return GROUPS.flatMap((start) => {
    const parts = [...whole].filter(([key]) => key.startsWith(start))
      .map(([key, bytes]) => partsOf(key, bytes));
    return [parts.map(([part]) => part!), parts.map((both) => both.at(-1)!)];
  });
}

/** The store with the files of a case. */
async function storeOf(files: readonly ByteSource[]): Promise<Store> {
  const store: Store = new Map(whole);
  for (const file of files) {
    store.set(file.name as `/${string}`, await file.read(0, file.size));
  }
  return store;
}

const ANNDATA: Target = {
  name: "anndata",
  // The samples are checked where a data set is made of them.
  allowed: [ContractError],
  seeds: makeSeeds,
  async read(files) {
    const store = await storeOf(files);
    const data = new Dataset(await readAnndata(store));
    const values = data.length * data.bins * data.marks.length;
    expectSound(data.columns.signal.length === values, "signal does not fill the samples");
  },
};

/** The same, whose signal stays in the store: each chunk is read in both ways, and must be the same. */
const STORED: Target = {
  name: "stored-anndata",
  // Chunks that hold parts of samples are not read so.
  allowed: [ContractError],
  seeds: makeSeeds,
  async read(files) {
    const { signal, cellTypeIndex } = await openStoredColumns(await storeOf(files));
    const { chunkStarts, rowSize } = signal;
    expectSound(chunkStarts.at(-1) === cellTypeIndex.length, "chunks do not have all samples");
    for (let chunk = 0; chunk + 1 < chunkStarts.length; chunk++) {
      const values = await signal.readChunk(chunk);
      const wanted = (chunkStarts[chunk + 1]! - chunkStarts[chunk]!) * rowSize;
      expectSound(values.length === wanted, "a chunk does not have all of its values");
      const again = signal.readChunkSync(chunk);
      expectSound(values.every((value, i) => value === again[i]), "two readings differ");
    }
  },
};

/** Readers of Zarr. */
export const ANNDATA_TARGETS: readonly Target[] = [ANNDATA, STORED];
