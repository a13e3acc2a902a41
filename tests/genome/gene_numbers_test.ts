import { deepStrictEqual, strictEqual } from "node:assert";
import { numberGenes } from "../../src/genome/gene_numbers.ts";
import { geneAt } from "../helpers/genome.ts";

const genes = (...ids: string[]) =>
  ids.map((id, i) => ({ ...geneAt("chr1", 1000), id, line: i + 1 }));

Deno.test("Ensembl ids become their numbers; copies on chromosome Y, which have none, are left out", () => {
  const { genes: kept, numbers, byOrder, warnings } = numberGenes(
    genes("ENSG00000000003.15", "ENSG00000182378.13_PAR_Y", "000005"),
  );
  deepStrictEqual(kept.map(({ id }) => numbers.get(id)), ["3", "5"]);
  strictEqual(byOrder, false);
  deepStrictEqual(warnings, [
    '1 of 3 genes have no Ensembl id, such as "ENSG00000182378.13_PAR_Y" (line 2 of the genes): ' +
    "they are left out, which leaves 2 genes",
  ]);
});

Deno.test("genes without any Ensembl id are numbered by their order", () => {
  const { numbers, byOrder } = numberGenes(genes("TP53", "RP11-34P13.7"));
  deepStrictEqual([...numbers], [["TP53", "1"], ["RP11-34P13.7", "2"]]);
  strictEqual(byOrder, true);
});

Deno.test("a number too large for the layout is no number", () => {
  strictEqual(numberGenes(genes("9007199254740993")).byOrder, true);
});
