import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { numberGenes } from "../../src/genome/gene_numbers.ts";
import { geneAt } from "../helpers/genome.ts";

const genes = (...ids: string[]) =>
  ids.map((id, i) => ({ ...geneAt("chr1", 1000), id, line: i + 1 }));

Deno.test("Ensembl ids become their numbers; copies on chromosome Y, which have none, are left out", () => {
  const { genes: kept, numbers, fromNames, warnings } = numberGenes(
    genes("ENSG00000000003.15", "ENSG00000182378.13_PAR_Y", "000005"),
  );
  deepStrictEqual(kept.map(({ id }) => numbers.get(id)), ["3", "5"]);
  strictEqual(fromNames, false);
  deepStrictEqual(warnings, [
    '1 of 3 genes have no Ensembl id, such as "ENSG00000182378.13_PAR_Y" (line 2 of the genes): ' +
    "they are left out, which leaves 2 genes",
  ]);
});

Deno.test("genes without any Ensembl id have numbers of their names, in every data set the same", () => {
  const names = Array.from({ length: 60_000 }, (_, i) => `gene-${i}`);
  const { numbers, fromNames } = numberGenes(genes(...names));
  strictEqual(fromNames, true);
  strictEqual(new Set(numbers.values()).size, names.length);
  for (const number of numbers.values()) ok(/^\d{13,16}$/.test(number), number);
  ok(Array.from(numbers.values(), Number).every(Number.isSafeInteger));
  deepStrictEqual(
    [...numberGenes(genes("gene-7", "gene-3")).numbers],
    ["gene-7", "gene-3"].map((name) => [name, numbers.get(name)]),
  );
});

Deno.test("a number too large for the layout is no number", () => {
  strictEqual(numberGenes(genes("9007199254740993")).fromNames, true);
});
