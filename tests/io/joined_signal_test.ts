/** Signals that are joined. */

import { deepStrictEqual, strictEqual } from "node:assert";
import { joinSignals } from "../../src/io/joined_signal.ts";
import type { StoredSignal } from "../../src/io/stored_signal.ts";

Deno.test("signals of more chunks than a call can have arguments are joined", async () => {
  const chunks = 150_000;
  const stored: StoredSignal = {
    type: "uint8",
    length: chunks,
    rowSize: 1,
    chunkStarts: Uint32Array.from({ length: chunks + 1 }, (_, chunk) => chunk),
    digest: "a",
    readChunk: (chunk) => Promise.resolve(Uint8Array.of(chunk % 256)),
    readChunkSync: (chunk) => Uint8Array.of(chunk % 256),
  };
  const joined = await joinSignals([stored, Uint16Array.of(1000, 2)], 1);
  strictEqual(joined.chunkStarts.length, chunks + 2);
  deepStrictEqual(await joined.readChunk(chunks - 1), Uint16Array.of((chunks - 1) % 256));
  deepStrictEqual(joined.readChunkSync(chunks), Uint16Array.of(1000, 2));
});
