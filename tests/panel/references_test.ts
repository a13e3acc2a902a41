/** A sample's own cell type is never among its references, whatever it is called. */

import { deepStrictEqual, ok, rejects } from "node:assert";
import fc from "fast-check";
import { Dataset } from "../../src/data/dataset.ts";
import { buildPanel } from "../../src/panel/build_panel.ts";
import { extendPanel } from "../../src/panel/extend_panel.ts";
import { placeInPanel } from "../../src/panel/references.ts";
import { geneKey } from "../../src/gene_id.ts";
import { groupedData, groupsIn } from "../helpers/grouped.ts";
import { tableColumns } from "../helpers/samples.ts";

const TABLE = tableColumns(4, 3);

Deno.test("references are the other cell types of the panel", async () => {
  const panel = await buildPanel(new Dataset(TABLE));
  const { references, genes } = placeInPanel(panel, TABLE);
  deepStrictEqual(references.map((places) => [...places]), [
    [1, 2, 3],
    [0, 2, 3],
    [0, 1, 3],
    [0, 1, 2],
  ]);
  deepStrictEqual([...genes], [0, 1, 2]);
});

Deno.test("a new cell type sees all of the panel; a panel of one cell type is of no use", async () => {
  const data = new Dataset(TABLE);
  const three = await buildPanel(data.filter((row) => data.cellTypeOf(row) !== "E002"));
  deepStrictEqual(three.cellTypes.map(({ name }) => name), ["E001", "E003", "E004"]);
  deepStrictEqual([...placeInPanel(three, TABLE).references[1]!], [0, 1, 2]);
  const one = await buildPanel(data.filter((row) => data.cellTypeOf(row) === "E002"));
  ok(placeInPanel(one, TABLE).references.every(({ length }) => length === 0));
});

Deno.test("replicates are left out by any of their names", async () => {
  const grouped = { ...TABLE, cellTypeGroups: ["liver", "liver", "E003", "E004"] };
  const panel = await buildPanel(new Dataset(grouped));
  deepStrictEqual(panel.cellTypes, [
    { name: "liver", members: ["E001", "E002"] },
    { name: "E003", members: ["E003"] },
    { name: "E004", members: ["E004"] },
  ]);
  deepStrictEqual([...placeInPanel(panel, grouped).references[1]!], [1, 2]);
  // Another file may not say that they are replicates, or have further ones.
  const named = (name: string, group?: string) => ({
    ...tableColumns(1, 3),
    cellTypes: [name],
    ...(group && { cellTypeGroups: [group] }),
  });
  const found = [named("E002"), named("liver"), named("liver 3", "liver"), named("lung")]
    .map((columns) => [...placeInPanel(panel, columns).references[0]!]);
  deepStrictEqual(found, [[1, 2], [1, 2], [1, 2], [0, 1, 2]]);
});

Deno.test("a group that is several cell types of the panel has none of these as references", async () => {
  const panel = await buildPanel(new Dataset(TABLE));
  const grouped = { ...TABLE, cellTypeGroups: ["liver", "liver", "E003", "E004"] };
  deepStrictEqual(
    placeInPanel(panel, grouped).references.slice(0, 2).map((places) => [...places]),
    [[2, 3], [2, 3]],
  );
  await rejects(extendPanel(panel, [new Dataset(grouped)]), {
    name: "ContractError",
    message: /cell type "E001" is "E001" and "E002" there, expected one/,
  });
});

Deno.test("whatever the groups, no sample has a reference of its own group", async () => {
  await fc.assert(
    fc.asyncProperty(groupedData, async (data) => {
      const panel = await buildPanel(data);
      const { references, genes } = placeInPanel(panel, data.columns);
      const groups = groupsIn(data);
      deepStrictEqual(new Set(panel.cellTypes.map(({ name }) => name)), groups);
      for (let position = 0; position < data.length; position++) {
        const own = data.groupOf(position);
        const row = data.rows[position]!;
        const names = [...references[data.columns.cellTypeIndex[row]!]!]
          .map((place) => panel.cellTypes[place]!.name);
        const others = [...groups].filter((name) => name !== own).sort();
        deepStrictEqual(names.sort(), groups.size < 2 ? [] : others);
        const place = genes[data.columns.geneIndex[row]!]!;
        deepStrictEqual(panel.genes[place], geneKey(data.geneOf(position)));
      }
    }),
    { numRuns: 30 },
  );
});
