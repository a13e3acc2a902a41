import { deepStrictEqual, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/mod.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { hashSignal, SignalHashes } from "../../src/validation/_signal_hashes.ts";
import { storedDataset } from "../helpers/stored.ts";
import { packedSignal } from "../helpers/packed.ts";

Deno.test("samples are found by the hash of their signal, copies in their order, near empty ones not", () => {
  const { train } = simulateColumns({ cellTypes: 2, genes: 100, newGenes: 1, bins: 20 });
  const signal = packedSignal(train).slice();
  // Rows 7, 50 and 150 are equal, and row 9 is empty.
  for (const row of [50, 150]) signal.copyWithin(row * 100, 700, 800);
  signal.fill(0, 900, 1000);
  const data = new Dataset({ ...train, signal });
  for (const samples of [data, storedDataset(data)]) {
    const hashes = new SignalHashes(samples);
    const all = Array.from(samples.rows, (_, row) => hashSignal(samples, row));
    strictEqual(all[9], undefined);
    for (const [row, hash] of all.entries()) {
      if (hash === undefined) continue;
      const same = [...all.keys()].filter((other) => all[other] === hash);
      deepStrictEqual(hashes.rowsOf(hash), same, String(row));
    }
    deepStrictEqual(hashes.rowsOf(all[50]!), [7, 50, 150]);
    deepStrictEqual([hashes.rowsOf(0), hashes.rowsOf(2 ** 32 - 1)], [[], []]);
  }
});
