import { deepStrictEqual, strictEqual } from "node:assert";
import { EDIT_KINDS, readEdits } from "../../../src/explain/mod.ts";
import { bytesSource } from "../../../src/files/byte_source.ts";
import { EDIT_COLUMNS } from "../../../src/explain/edits/_table_row.ts";

const PAGE = await Deno.readTextFile(new URL("../../../docs/edits.md", import.meta.url));

Deno.test("the table in docs/edits.md is read, and the page names every column and every kind of edit", async () => {
  const table = /```tsv\n([^]*?)```/.exec(PAGE)![1]!;
  const edits = await readEdits(bytesSource(new TextEncoder().encode(table), "edits.md"));
  deepStrictEqual(edits.map(({ id, steps }) => [id, steps.map(({ kind }) => kind)]), [
    ["knock-out", ["remove"]],
    ["dose", ["scale"]],
    ["moved", ["move"]],
    ["counterfactual", ["replace"]],
    ["bivalent", ["scale", "scale"]],
  ]);
  for (const name of [...EDIT_COLUMNS, ...EDIT_KINDS]) {
    strictEqual(PAGE.includes(`\`${name}\``), true, name);
  }
});
