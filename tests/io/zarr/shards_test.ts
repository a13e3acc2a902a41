/** Shards and checksums, which other programs write and this one only reads. */

import { deepStrictEqual, rejects } from "node:assert";
import { crc32c } from "../../../src/base/crc32c.ts";
import { readAnndata } from "../../../src/io/zarr/anndata_reader.ts";
import { writeAnndata } from "../../../src/io/zarr/anndata_writer.ts";
import { COMPETITION_RECORD } from "../../../src/record.ts";
import type { Store } from "../../helpers/zarrita.ts";

const SIGNAL = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
const INDEX_CODECS = [
  { name: "bytes", configuration: { endian: "little" } },
  { name: "crc32c" },
];

/** Five samples of two bins, whose signal is in one chunk or shard. */
async function write(codecs: unknown, chunk: Uint8Array<ArrayBuffer>): Promise<Store> {
  const store: Store = new Map();
  const genes = ["A", "B", "C", "D", "E"];
  const record = { ...COMPETITION_RECORD, marks: ["H3K4me3"], transform: "none" as const };
  await writeAnndata(store, [{ cellType: "liver", genes, signal: SIGNAL }], { record });
  const metadata = JSON.parse(new TextDecoder().decode(store.get("/X/zarr.json")));
  metadata.chunk_grid.configuration.chunk_shape = [6, 2];
  metadata.codecs = codecs;
  // Other programs do not keep what this one says of its own chunks.
  metadata.attributes = { "encoding-type": "array", "encoding-version": "0.2.0" };
  metadata.data_type = "float32";
  store.set("/X/zarr.json", new TextEncoder().encode(JSON.stringify(metadata)));
  store.set("/X/c/0/0", chunk);
  return store;
}

/** Appends the checksum of bytes. */
function withChecksum(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const checksum = Uint32Array.of(crc32c(bytes));
  return Uint8Array.from([...bytes, ...new Uint8Array(checksum.buffer)]);
}

function bytesOf(values: readonly number[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Float32Array.from(values).buffer);
}

/** A shard of two chunks of three rows, of which the last row lies past the array's end. */
function makeShard(): Uint8Array<ArrayBuffer> {
  const chunks = [SIGNAL.slice(0, 6), [...SIGNAL.slice(6), 0, 0]]
    .map((values) => withChecksum(bytesOf(values)));
  const [first, second] = chunks.map(({ length }) => BigInt(length));
  const index = new Uint8Array(BigUint64Array.of(0n, first!, first!, second!).buffer);
  return Uint8Array.from([...chunks.flatMap((chunk) => [...chunk]), ...withChecksum(index)]);
}

const CHECKED = [{ name: "bytes" }, { name: "crc32c" }];

function sharding(others: Readonly<Record<string, unknown>> = {}): unknown {
  const configuration = {
    chunk_shape: [3, 2],
    codecs: CHECKED,
    index_codecs: INDEX_CODECS,
    ...others,
  };
  return [{ name: "sharding_indexed", configuration }];
}

Deno.test("chunks with checksums and shards are read", async () => {
  const chunk = withChecksum(bytesOf([...SIGNAL, 0, 0]));
  for (const store of [await write(CHECKED, chunk), await write(sharding(), makeShard())]) {
    deepStrictEqual(Array.from((await readAnndata(store)).signal), SIGNAL);
  }
});

Deno.test("one damaged byte is found by its checksum, wherever it is", async () => {
  const chunk = withChecksum(bytesOf([...SIGNAL, 0, 0]));
  for (const [codecs, bytes] of [[CHECKED, chunk], [sharding(), makeShard()]] as const) {
    for (let place = 0; place < bytes.length; place++) {
      const damaged = bytes.slice();
      damaged[place]! ^= 1;
      await rejects(readAnndata(await write(codecs, damaged), { name: "x" }), {
        name: "FormatError",
        message: /a checksum is that of other bytes: they are damaged \(x\/X\/c\/0\/0\)/,
      });
    }
  }
  await rejects(readAnndata(await write(CHECKED, chunk.slice(0, 3))), /a checksum is that of oth/);
});

Deno.test("an index of a shard that is written in another way is refused", async () => {
  for (const index_codecs of [[{ name: "bytes" }], [{ name: "bytes" }, { name: "gzip" }], 3]) {
    const store = await write(sharding({ index_codecs }), makeShard());
    await rejects(readAnndata(store), /index_codecs is .*, expected bytes, crc32c/);
  }
});
