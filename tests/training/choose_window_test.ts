import { strictEqual } from "node:assert";
import { chooseWindow } from "../../src/training/choose_window.ts";
import { simulatedData } from "../helpers/simulated.ts";
import { storedDataset } from "../helpers/stored.ts";

const { train } = simulatedData();

Deno.test("a window is in whole batches, and at least one", () => {
  for (const [window, wanted] of [[1, 8], [8, 8], [9, 16], [1000, 1000], [1001, 1008]] as const) {
    strictEqual(chooseWindow(train, { batchSize: 8, window }), wanted);
  }
});

Deno.test("samples in memory have no window, others one of so many bytes as the memory that is lent allows", () => {
  strictEqual(chooseWindow(train, { batchSize: 8 }), undefined);
  const stored = storedDataset(train);
  const { signal } = stored.columns;
  // 20 bins × 5 marks.
  strictEqual("type" in signal && signal.type, "uint8");
  const rows = (bytes: number) => 8 * Math.floor(bytes / (8 * 100));
  strictEqual(chooseWindow(stored, { batchSize: 8 }), rows(2 ** 27));
  strictEqual(chooseWindow(stored, { batchSize: 8, mostBytes: 2 ** 40 }), rows(2 ** 27));
  strictEqual(chooseWindow(stored, { batchSize: 8, mostBytes: 80_000 }), rows(10_000));
  strictEqual(chooseWindow(stored, { batchSize: 8, mostBytes: 1 }), 8);
  strictEqual(chooseWindow(stored, { batchSize: 8, window: 9, mostBytes: 1 }), 16);
});
