/** The difference of expression from a reference sample, as the competition's labels are. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { readCompetition } from "../../../src/io/competition.ts";
import {
  matchExpression,
  type MatchExpressionOptions,
} from "../../../src/genome/expression/labels.ts";
import { readExpressionTable } from "../../../src/genome/expression/table.ts";
import { THREE_GENES } from "../../helpers/expression.ts";
import { geneAt } from "../../helpers/genome.ts";
import { sharedFile, testWith } from "../../helpers/require.ts";
import { textSource } from "../../helpers/text_source.ts";

const [A, B, C] = ["ENSG00000000419", "ENSG00000000457", "ENSG00000000460"];
const DIFFERENCE = { transform: "signed-log-difference", reference: "E000" } as const;

async function labelsOf(
  texts: readonly string[],
  options: Partial<MatchExpressionOptions> = {},
) {
  const { cellTypes = ["E1"], reference = "E000" } = options;
  const tables = await Promise.all(
    texts.map((text, i) =>
      readExpressionTable(textSource(text, `${i + 1}.tsv`), { cellTypes, reference })
    ),
  );
  return await matchExpression(THREE_GENES, tables, { cellTypes, ...DIFFERENCE, ...options });
}

Deno.test("a label is the signed logarithm of the difference from the reference", async () => {
  const { labels, genes, warnings } = await labelsOf([
    `gene\tE000\tE1\n${A}\t23.265\t5.605\n${B}\t1\t1\n${C}\t0\t70\n`,
  ]);
  deepStrictEqual([...labels.keys()], ["E1"]);
  deepStrictEqual([...labels.get("E1")!], [-Math.log1p(23.265 - 5.605), 0, Math.log(71)]);
  // The row of the competition's files that was printed in public, to its last digit.
  strictEqual(Math.fround(labels.get("E1")![0]!), Math.fround(-2.9263823));
  deepStrictEqual([genes.length, warnings], [3, []]);
});

Deno.test("genes without a value in the reference are left out, and counted", async () => {
  const { labels, genes, warnings } = await labelsOf([
    `gene\tE1\tE000\n${A}\t1\tNA\n${B}\t3\t1\n${C}\tNA\t2\n`,
  ]);
  deepStrictEqual(genes, [THREE_GENES[1]]);
  deepStrictEqual([...labels.get("E1")!], [Math.log(3)]);
  match(
    warnings.join("\n"),
    /1\.tsv: "E000", which is subtracted, has no value of 1 gene, such as "ENSG00000000419\.14": they are left out/,
  );
});

Deno.test("a reference that no table has is refused with the columns that it may be", async () => {
  const table = `gene\tE1\te000\tE2\n${A}\t1\t2\t3\n`;
  await rejects(labelsOf([table]), {
    name: "ContractError",
    message:
      'Cannot subtract expression of "E000" from that of the cell types: found in 1.tsv no column of that name; ' +
      'besides the cell types there are e000, E2 ("e000" is spelt differently)',
  });
  await rejects(labelsOf([`gene\tE1\n${A}\t1\n`]), /no columns besides those of the cell types/);
  await rejects(
    labelsOf([`gene\tE1\tE000\n${A}\t1\tNA\n`]),
    /all values of that column are missing/,
  );
});

Deno.test("the reference may stand in one of several tables, and is averaged where it stands in more", async () => {
  const cellTypes = ["E1", "E2"];
  const one = `gene\tE1\tE000\n${A}\t5\t1\n${B}\t3\t1\n`;
  const read = (text: string, wanted: string) =>
    readExpressionTable(textSource(text), { cellTypes: [wanted], reference: "E000" });
  const labels = async (other: string) => {
    const tables = [await read(one, "E1"), await read(other, "E2")];
    const matched = await matchExpression(THREE_GENES, tables, { cellTypes, ...DIFFERENCE });
    return cellTypes.map((cellType) => [...matched.labels.get(cellType)!]);
  };
  const [log2, log5] = [Math.log(2), Math.log(5)];
  deepStrictEqual(await labels(`gene\tE2\n${A}\t2\n${B}\t1\n`), [[log5, Math.log(3)], [log2, 0]]);
  deepStrictEqual(
    await labels(`gene\tE2\tE000\n${A}\t2\t3\n${B}\t1\t1\n`),
    [[Math.log(4), Math.log(3)], [0, 0]],
  );
});

Deno.test("the reference's columns may be listed as those of a cell type are", async () => {
  const text = `gene\ta.bam\tb.bam\tc.bam\n${A}\t1\t3\t7\n`;
  const samples = [["a.bam", "E000"], ["b.bam", "E000"], ["c.bam", "E1"]].map((
    [sample, cellType],
  ) => ({ sample: sample!, cellType: cellType! }));
  const table = await readExpressionTable(textSource(text), {
    cellTypes: ["E1"],
    reference: "E000",
    samples,
  });
  const { labels } = await matchExpression(THREE_GENES, table, {
    cellTypes: ["E1"],
    ...DIFFERENCE,
  });
  deepStrictEqual([...labels.get("E1")!], [Math.log(6)]);
});

Deno.test("a reference goes with its transform only, and is no cell type of the data", async () => {
  const table = `gene\tE1\tE000\n${A}\t1\t2\n`;
  await rejects(
    labelsOf([table], { cellTypes: ["E1", "E000"] }),
    /"E000": it is a cell type of the data too, whose labels would all be 0/,
  );
  await rejects(
    labelsOf([table], { transform: "log2p1" }),
    /found transform log2p1, expected signed-log-difference/,
  );
  await rejects(
    labelsOf([table], { reference: undefined }),
    /found no reference, expected the name/,
  );
});

testWith(
  "shared",
  "labels made of Roadmap's table are the competition's, to the last digit of float32",
  async () => {
    const known = await readCompetition(sharedFile("data/real/counts_competition.npz"));
    const cellTypes = [...known.cellTypes, "E065"];
    const table = await readExpressionTable(sharedFile("data/real/57epigenomes.RPKM.pc.gz"), {
      cellTypes: [...cellTypes, "E065"],
      reference: "E000",
    });
    const ids = [...new Set([...known.genes, "ENSG00000000003"])];
    const genes = ids.map((id) => ({ ...geneAt("chr1", 1000), id }));
    const matched = await matchExpression(genes, table, { cellTypes, ...DIFFERENCE });
    // All genes have expression, so they are in their places.
    strictEqual(matched.genes.length, genes.length);
    const { labels } = matched;
    const printed = labels.get("E065")![ids.indexOf("ENSG00000000003")]!;
    strictEqual(Math.fround(printed), Math.fround(-2.9263823));
    let worst = 0;
    for (const [row, label] of known.labels!.entries()) {
      const cellType = cellTypes[known.cellTypeIndex[row]!]!;
      const found = Math.fround(labels.get(cellType)![known.geneIndex[row]!]!);
      worst = Math.max(worst, Math.abs(found - label) / Math.max(1, Math.abs(label)));
    }
    ok(known.labels!.length === 1200 && worst < 2 ** -22, `largest relative difference ${worst}`);
  },
);
