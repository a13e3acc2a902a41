import { deepStrictEqual } from "node:assert";
import { listChanges } from "../../src/base/list_changes.ts";

Deno.test("fields that differ are listed with both values, in the order of the fields now", () => {
  const before = { seed: 1, window: 5, epochs: 2, schedule: { type: "cosine" }, only: ["a"] };
  const now = { epochs: 3, seed: 1, memory: undefined, schedule: { type: "linear" }, only: ["a"] };
  deepStrictEqual(listChanges(before, now, (field) => `--${field}`), [
    "--epochs was 2, is now 3",
    '--schedule was {"type":"cosine"}, is now {"type":"linear"}',
    "--window was 5, is now not given",
  ]);
  deepStrictEqual(listChanges(before, before), []);
});

Deno.test("long paths that differ at their ends are shown to their ends", () => {
  const folder = `/data/${"runs/".repeat(30)}`;
  deepStrictEqual(listChanges({ data: `${folder}a.npz` }, { data: `${folder}b.npz` }), [
    `data was "${folder}a.npz", is now "${folder}b.npz"`,
  ]);
});
