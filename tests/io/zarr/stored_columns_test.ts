/** Signal of AnnData that stays where it is. The oracle is the reader that reads all of it into memory. */

import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import type { PackedArray } from "../../../src/base/arrays.ts";
import type { CompetitionBlock } from "../../../src/io/competition_writer.ts";
import { SignalWriter } from "../../../src/io/zarr/_signal_writer.ts";
import { STRING_ARRAY } from "../../../src/io/zarr/anndata.ts";
import { writeArray } from "../../../src/io/zarr/array.ts";
import { readAnndata } from "../../../src/io/zarr/anndata_reader.ts";
import { writeAnndata, type WriteAnndataOptions } from "../../../src/io/zarr/anndata_writer.ts";
import { ZARR_CODECS, type ZarrCodec } from "../../../src/io/zarr/codec.ts";
import { openAnndataFolder, readAnndataFolder } from "../../../src/io/zarr/folder.ts";
import { openStoredColumns, type StoredColumns } from "../../../src/io/zarr/stored_columns.ts";
import { writeDirectoryAtomic } from "../../../src/files/atomic_directory.ts";
import { COMPETITION_RECORD } from "../../../src/record.ts";
import { withDirectory } from "../../helpers/command.ts";
import { editNode, writeOldSignal } from "../../helpers/old_zarr.ts";
import type { Store } from "../../helpers/zarrita.ts";

const RECORD = {
  ...COMPETITION_RECORD,
  marks: ["H3K4me3", "H3K9me3"],
  transform: "none" as const,
};
const BINS = 2;
const WIDTH = BINS * RECORD.marks.length;

/** Cell types of some genes; the values of each begin with another. */
function makeBlocks(genes: number, value: (at: number) => number): CompetitionBlock[] {
  return ["liver", "lung"].map((cellType, i) => ({
    cellType,
    genes: Array.from({ length: genes }, (_, gene) => `G${gene}`),
    signal: Float64Array.from({ length: genes * WIDTH }, (_, at) => value(at + i)),
    labels: Float64Array.from({ length: genes }, (_, gene) => gene / 3 + i),
  }));
}

async function write(
  value: (at: number) => number = (at) => at % 256,
  options: Partial<WriteAnndataOptions> = {},
): Promise<Store> {
  const store: Store = new Map();
  await writeAnndata(store, makeBlocks(5, value), { record: RECORD, ...options });
  return store;
}

/** Writes the signal of a store again, in small chunks and many shards. */
async function rewrite(
  store: Store,
  { chunkRows, codec = "none", samples = 1000, value }: {
    readonly chunkRows: number;
    readonly codec?: ZarrCodec;
    readonly samples?: number;
    readonly value: (at: number) => number;
  },
): Promise<Float32Array> {
  const writer = new SignalWriter(store, { width: WIDTH, codec, chunkRows });
  const values = Float32Array.from({ length: samples * WIDTH }, (_, at) => value(at));
  for (let at = 0; at < values.length; at += 13 * WIDTH) {
    await writer.append(values.subarray(at, at + 13 * WIDTH));
  }
  await writer.finish(undefined);
  return values;
}

/** All values, each chunk read in both ways. */
async function readAll({ signal }: StoredColumns): Promise<number[]> {
  const all: number[] = [];
  const { chunkStarts } = signal;
  for (let chunk = 0; chunk + 1 < chunkStarts.length; chunk++) {
    const values: PackedArray = await signal.readChunk(chunk);
    deepStrictEqual(signal.readChunkSync(chunk), values);
    strictEqual(values.length, (chunkStarts[chunk + 1]! - chunkStarts[chunk]!) * signal.rowSize);
    all.push(...values);
  }
  return all;
}

/** Compares stored columns with those that are read into memory. */
async function checkEqual(store: Store): Promise<StoredColumns> {
  const stored = await openStoredColumns(store);
  const read = await readAnndata(store);
  const { signal, ...others } = stored;
  const { signal: wanted, signalValues: _, ...wantedOthers } = read;
  deepStrictEqual(others as unknown, wantedOthers as unknown);
  deepStrictEqual([signal.length, signal.rowSize], [wanted.length, WIDTH]);
  deepStrictEqual(await readAll(stored), Array.from(wanted));
  strictEqual((await signal.readChunk(0)).constructor, wanted.constructor);
  return stored;
}

Deno.test("stored signal is that which is read into memory, in the same type, with each codec", async () => {
  const values = [
    (at: number) => at % 256,
    (at: number) => at * 1000,
    (at: number) => at * 100_000,
    (at: number) => at / 8,
  ];
  for (const codec of ZARR_CODECS) {
    for (const value of values) await checkEqual(await write(value, { codec }));
  }
});

Deno.test("marks that were not measured are masked, and their values are zeros", async () => {
  const value = (at: number) => at % 2 === 1 ? 0 : at;
  const store: Store = new Map();
  const [liver, lung] = makeBlocks(5, value);
  const blocks = [liver!, {
    ...lung!,
    signal: Float64Array.from({ length: 5 * WIDTH }, (_, i) => value(i)),
  }];
  const missingMarks = new Map([["lung", ["H3K9me3"]]]);
  await writeAnndata(store, blocks, { record: RECORD, missingMarks });
  const { signal, markMask } = await checkEqual(store);
  deepStrictEqual([signal.type, markMask], ["uint8", Uint8Array.of(1, 1, 1, 0)]);
});

Deno.test("many chunks in many shards are read, whatever their codec and wherever a value needs a wider type", async () => {
  const samples = 1000;
  for (const codec of ZARR_CODECS) {
    const digests = new Set<string>();
    for (const wide of [undefined, 0, 450, 999]) {
      const store = await write(undefined, { codec });
      const value = (at: number) => at === (wide ?? -1) * WIDTH ? 300 : at % 200;
      const values = await rewrite(store, { chunkRows: 3, codec, samples, value });
      const shards = [...store.keys()].filter((key) => key.startsWith("/X/c/"));
      strictEqual(shards.length, Math.ceil(samples / 3 / 32));
      extend(store, "cell_type", new Int32Array(samples));
      extend(store, "gene_id", Int32Array.from({ length: samples }, (_, gene) => gene));
      const genes = Array.from({ length: samples }, (_, gene) => `G${gene}`);
      await writeArray(store, "/obs/gene_id/categories", {
        type: "string",
        values: genes,
        attributes: STRING_ARRAY,
      });
      const stored = await openStoredColumns(store);
      strictEqual(stored.signal.type, wide === undefined ? "uint8" : "uint16");
      deepStrictEqual(await readAll(stored), Array.from(values));
      deepStrictEqual(Array.from((await readAnndata(store)).signal), Array.from(values));
      digests.add(stored.signal.digest);
    }
    strictEqual(digests.size, 4);
  }
});

/** Gives a column other codes, one for each sample. */
function extend(store: Store, name: string, codes: Int32Array<ArrayBuffer>): void {
  const samples = codes.length;
  editNode(store, `/obs/${name}/codes`, (json) => {
    json.shape = [samples];
    json.chunk_grid = { name: "regular", configuration: { chunk_shape: [samples] } };
    json.codecs = [{ name: "bytes" }];
  });
  store.set(`/obs/${name}/codes/c/0`, new Uint8Array(codes.buffer));
  for (const key of [...store.keys()]) {
    if (/^\/obs\/(label|symbol|chrom|tss|strand)\//.test(key)) store.delete(key);
  }
}

Deno.test("a store that gives nothing back is given float32, whose values are equal", async () => {
  const store: Store = new Map();
  await writeAnndata(
    { set: (key, value) => store.set(key, value) },
    makeBlocks(5, (at) => at),
    { record: RECORD },
  );
  strictEqual(JSON.parse(new TextDecoder().decode(store.get("/X/zarr.json"))).data_type, "float32");
  strictEqual((await checkEqual(store)).signal.type, "uint8");
});

Deno.test("what another program wrote is read through once; its digest is that of its values", async () => {
  const digestOf = async (change: number, chunk: readonly [number, number]) => {
    const store = await write();
    const values = Float32Array.from((await readAnndata(store)).signal);
    values[7]! += change;
    await writeOldSignal(store, values, { shape: [10, WIDTH], chunk });
    const { signal } = await checkEqual(store);
    deepStrictEqual(signal.chunkStarts, Uint32Array.of(0, 4, 8, 10));
    return signal.digest;
  };
  const digest = await digestOf(0, [4, WIDTH]);
  strictEqual(await digestOf(0, [4, WIDTH]), digest);
  ok(await digestOf(1, [4, WIDTH]) !== digest);
  // Chunks may be wider than what they hold.
  await digestOf(0, [4, WIDTH + 3]);
});

Deno.test("chunks of parts of samples are read into memory only", async () => {
  const store = await write();
  const values = Float32Array.from((await readAnndata(store)).signal);
  await writeOldSignal(store, values, { shape: [10, WIDTH], chunk: [4, 3] });
  deepStrictEqual(Array.from((await readAnndata(store)).signal), Array.from(values));
  await rejects(openStoredColumns(store, { name: "x.zarr" }), {
    name: "ContractError",
    message: /signal of x\.zarr on disk: chunks of X hold parts of samples, expected whole ones/,
  });
});

/** Changes bytes of the only shard. */
function damage(
  store: Store,
  change: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>,
): void {
  store.set("/X/c/0/0", change(store.get("/X/c/0/0")!.slice()));
}

Deno.test("each damaged byte of a shard, a shard that ends early and one that is lost are found, in both ways", async () => {
  const whole = await write();
  const { length } = whole.get("/X/c/0/0")!;
  const cases = Array.from({ length }, (_, place) => (bytes: Uint8Array<ArrayBuffer>) => {
    bytes[place]! ^= 1;
    return bytes;
  });
  for (const end of [0, 3, 19, length - 1]) cases.push((bytes) => bytes.slice(0, end));
  const wanted = { name: "FormatError", message: /checksum is that of other bytes|too few for 1/ };
  for (const change of cases) {
    for (const isSync of [false, true]) {
      const store = await write();
      damage(store, change);
      const { signal } = await openStoredColumns(store);
      if (isSync) throws(() => signal.readChunkSync(0), wanted);
      else await rejects(signal.readChunk(0), wanted);
    }
  }
  whole.delete("/X/c/0/0");
  const { signal } = await openStoredColumns(whole, { name: "x" });
  const lost = { name: "FormatError", message: /the chunk c\/0\/0 is missing \(x\/X\)/ };
  throws(() => signal.readChunkSync(0), lost);
  await rejects(signal.readChunk(0), lost);
});

Deno.test("chunks of another store, whole as they are, are refused, in both ways and in memory", async () => {
  const wanted = {
    name: "FormatError",
    message: /another checksum than the attributes .*X\/c\/0\/0/,
  };
  for (const codec of ZARR_CODECS) {
    const [store, other] = [new Map(), new Map()] as [Store, Store];
    for (const [to, count] of [[store, 3], [other, 4]] as const) {
      const block = { cellType: "liver", genes: ["Sox2"], signal: [count, 0, 1, 1] };
      await writeAnndata(to, [block], { record: RECORD, codec });
    }
    await readAnndata(store);
    store.set("/X/c/0/0", other.get("/X/c/0/0")!);
    const { signal } = await openStoredColumns(store);
    throws(() => signal.readChunkSync(0), wanted);
    await rejects(signal.readChunk(0), wanted);
    await rejects(readAnndata(store), wanted);
  }
});

Deno.test("attributes that say something else than the values are refused", async () => {
  const facts = { digest: "0".repeat(64), type: "uint8" };
  const wrong = [3, null, {}, { ...facts, digest: "0" }, { ...facts, type: "int8" }, {
    ...facts,
    measured: "111",
  }];
  for (const value of wrong) {
    const store = await write();
    editNode(store, "/X", ({ attributes }) => {
      (attributes as Record<string, unknown>)["histone-signal"] = value;
    });
    await rejects(openStoredColumns(store), /its attribute histone-signal is damaged/);
  }
  for (
    const [value, said] of [
      [(at: number) => at / 2, facts],
      [(at: number) => at * 1000, facts],
      [(at: number) => at, { ...facts, measured: "1110" }],
    ] as const
  ) {
    const store = await write(value);
    editNode(store, "/X", ({ attributes }) => {
      (attributes as Record<string, unknown>)["histone-signal"] = said;
    });
    const { signal } = await openStoredColumns(store);
    const message = /a chunk of X has other values than the attributes of X say/;
    throws(() => signal.readChunkSync(0), message);
    await rejects(signal.readChunk(0), message);
  }
});

Deno.test("chunks that cannot be decompressed while they are waited for are refused before anything is computed", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/x.zarr`;
    const store = await write();
    editNode(store, "/X", (json) => {
      json.codecs = [{ name: "bytes" }, { name: "blosc", configuration: { cname: "lz4" } }];
    });
    await writeDirectoryAtomic(path, async (folder) => {
      for (const [key, bytes] of store) await folder.set(key, bytes);
    });
    await rejects(openAnndataFolder(path), {
      name: "ContractError",
      message: /Cannot leave .*x\.zarr on disk: its chunks are compressed in blosc/,
    });
  });
});

Deno.test("a folder is read in parts; a store that has only promises is not read while it is waited for", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/x.zarr`;
    await writeDirectoryAtomic(path, async (folder) => {
      await writeAnndata(folder, makeBlocks(5, (at) => at * 999), { record: RECORD });
    });
    const { signal } = await readAnndataFolder(path);
    const stored = await openAnndataFolder(`${path}/`);
    deepStrictEqual(await readAll(stored), Array.from(signal));
    await Deno.remove(`${path}/X/c/0/0`);
    throws(() => stored.signal.readChunkSync(0), /\/x\.zarr\/X\)/);
  });
  const store = await write();
  const { signal } = await openStoredColumns({ get: (key) => Promise.resolve(store.get(key)) });
  strictEqual((await signal.readChunk(0)).length, 10 * WIDTH);
  throws(() => signal.readChunkSync(0), {
    name: "ContractError",
    message: /while it is waited for: expected a folder on disk/,
  });
});

Deno.test("opening and reading end with the reason of a signal", async () => {
  const store = await write();
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  await rejects(openStoredColumns(store, { signal }), reason);
  const columns = await openStoredColumns(store);
  await rejects(columns.signal.readChunk(0, { signal }), reason);
});
