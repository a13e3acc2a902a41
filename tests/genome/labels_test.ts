import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { readExpressionTable } from "../../src/genome/expression_table.ts";
import { matchExpression } from "../../src/genome/labels.ts";
import { geneAt } from "../helpers/genome.ts";
import { textSource } from "../helpers/text_source.ts";

const TABLE = await readExpressionTable(textSource("id\tE1\tE2\nENSG2\t1\t2\nENSG1\t3\t4\n"));
const gene = (id: string, line: number) => ({ ...geneAt("chr1", 1000), id, line });

Deno.test("labels follow the genes, and genes without expression are left out with their number and line", () => {
  const genes = [gene("ENSG1.5", 1), gene("ENSG9", 2), gene("2", 3), gene("ENSG8", 4)];
  const { genes: kept, labels, warnings } = matchExpression(genes, TABLE, {
    ...{ cellTypes: ["E2", "E1"], file: "rpkm.tsv" },
  });
  deepStrictEqual(kept, [genes[0], genes[2]]);
  deepStrictEqual([[...labels.get("E2")!], [...labels.get("E1")!]], [[4, 2], [3, 1]]);
  deepStrictEqual(warnings, [
    'rpkm.tsv lacks 2 of 4 genes, such as "ENSG9" (line 2 of the genes): they are left out, which leaves 2 genes',
  ]);
});

Deno.test("a table without a cell type, or without any of the genes, is refused", () => {
  const match = (id: string, cellType: string) =>
    matchExpression([gene(id, 7)], TABLE, { cellTypes: [cellType], file: "rpkm.tsv" });
  strictEqual(match("ENSG1", "E1").warnings.length, 0);
  throws(() => match("ENSG1", "E3"), /rpkm\.tsv: it has no cell type "E3".*it has E1, E2/);
  throws(
    () => match("TP53", "E1"),
    /none of the genes, such as "TP53" \(line 7.*it has ENSG2, ENSG1/,
  );
});
