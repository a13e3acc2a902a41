/** What the package knows of the competition's files: cell types, genes, labels. */

import { deepStrictEqual, match, ok, rejects, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import {
  EVAL_CELL_TYPES,
  NEW_CELL_TYPE_AFTER,
  TRAIN_CELL_TYPES,
} from "../../src/atlas/competition_cell_types.ts";
import { competitionGenes } from "../../src/atlas/competition_genes.ts";
import { competitionLabel, readCompetitionLabels } from "../../src/atlas/competition_labels.ts";
import { competitionLayout } from "../../src/atlas/competition_layout.ts";
import { decodeGeneList, encodeGeneList } from "../../src/atlas/gene_list.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { ensemblGeneId } from "../../src/gene_id.ts";
import { readCompetition } from "../../src/io/competition.ts";
import { runNumpy, sharedFile, testWith } from "../helpers/require.ts";
import { gzip, makeTree } from "../helpers/roadmap_tree.ts";
import { textSource } from "../helpers/text_source.ts";

testWith(
  "shared",
  "the genes are those of the competition's files, by ascending number",
  async () => {
    const text = await Deno.readTextFile(sharedFile("data/real/competition_genes.tsv"));
    const rows = text.trimEnd().split("\n").slice(1);
    const own = competitionGenes()
      .map(({ number, heldOut }) => `${ensemblGeneId(number)}\t${Number(heldOut)}`);
    strictEqual(own.length, 17_447);
    strictEqual(own.join("\n"), rows.toSorted().join("\n"));
  },
);

Deno.test("a list of genes is decoded to what was encoded, and refused if it ends within a gene", () => {
  const genes = fc.uniqueArray(fc.integer({ min: 1, max: 2 ** 30 - 1 }), { maxLength: 50 }).chain(
    (numbers) =>
      fc.array(fc.boolean(), { minLength: numbers.length, maxLength: numbers.length })
        .map((flags) =>
          numbers.sort((a, b) => a - b).map((number, i) => ({ number, heldOut: flags[i]! }))
        ),
  );
  fc.assert(fc.property(genes, (genes) => {
    const bytes = encodeGeneList(genes);
    deepStrictEqual(decodeGeneList(bytes), genes);
    const isCut = genes.some(({ number }) => number > 63) && bytes.at(-2)! > 127;
    if (isCut) throws(() => decodeGeneList(bytes.subarray(0, -1)), /ends within a gene/);
  }));
  const bad = [
    [{ number: 0, heldOut: false }],
    [5, 5].map((number) => ({ number, heldOut: true })),
  ];
  for (const genes of bad) throws(() => encodeGeneList(genes), /expected ascending integers/);
});

Deno.test("eval.npz has the cell types of train.npz in their order, and six new ones between them", () => {
  strictEqual(TRAIN_CELL_TYPES.length, 50);
  strictEqual(new Set(EVAL_CELL_TYPES).size, 56);
  deepStrictEqual(
    EVAL_CELL_TYPES.filter((name) => !NEW_CELL_TYPE_AFTER.has(name)),
    TRAIN_CELL_TYPES,
  );
  for (const [fresh, before] of NEW_CELL_TYPE_AFTER) {
    strictEqual(EVAL_CELL_TYPES.indexOf(fresh), EVAL_CELL_TYPES.indexOf(before) + 1);
  }
});

Deno.test("the layout has the competition's 800,000 and 177,032 rows", () => {
  const { train, eval: evaluation } = competitionLayout();
  const rows = (members: typeof train) => members.reduce((sum, { genes }) => sum + genes.length, 0);
  strictEqual(rows(train), 800_000);
  strictEqual(rows(evaluation), 177_032);
  deepStrictEqual(train.map(({ cellType }) => cellType), TRAIN_CELL_TYPES);
  deepStrictEqual(evaluation.map(({ cellType }) => cellType), EVAL_CELL_TYPES);
});

Deno.test("a part of the cell types has the same layout, in the order of the files", () => {
  const { train, eval: evaluation } = competitionLayout(["E050", "E071", "E004"]);
  deepStrictEqual(train.map(({ cellType }) => cellType), ["E004", "E050"]);
  deepStrictEqual(evaluation.map(({ cellType }) => cellType), ["E004", "E071", "E050"]);
  deepStrictEqual(evaluation.map(({ genes }) => genes.length), [1447, 17_447, 1447]);
  const both = [...train[0]!.genes, ...evaluation[0]!.genes].sort((a, b) => a - b);
  deepStrictEqual(both, Array.from({ length: 17_447 }, (_, i) => i));
  ok(train[0]!.genes.every((gene, i, all) => i === 0 || gene > all[i - 1]!));
});

Deno.test("cell types that the files lack, repeated ones and none to train on are refused by name", () => {
  throws(() => competitionLayout(["E003", "E999", "liver"]), /no cell type "E999", "liver".*E128/);
  throws(() => competitionLayout(["E003", "E116", "E003"]), /E003 is named twice/);
  throws(() => competitionLayout(["E071", "E087"]), /train\.npz would be empty.*E071, E087/);
  throws(() => competitionLayout([]), /no cell type/);
});

Deno.test("the label is the competition's, odd and without a jump at 0", () => {
  strictEqual(competitionLabel(5.605, 23.265), Math.fround(-2.9263823));
  fc.assert(fc.property(fc.float({ min: 0, max: 1e6, noNaN: true }), (rpkm) => {
    strictEqual(competitionLabel(rpkm, rpkm), 0);
    strictEqual(competitionLabel(rpkm, 1), -competitionLabel(1, rpkm) + 0);
    strictEqual(Math.fround(competitionLabel(rpkm, 1)), competitionLabel(rpkm, 1));
  }));
});

/** `[gene][sample]` of a made table as numpy computes the labels. */
const LABELS_BY_NUMPY = `
import gzip, sys, numpy as np
with gzip.open(sys.argv[1], "rt") as f:
    header = f.readline().rstrip("\\n").split("\\t")
    rows = [line.rstrip("\\n").split("\\t") for line in f]
rpkm = {r[0]: r for r in rows}
wanted = sys.argv[3].split(",") if len(sys.argv) > 3 else sorted(rpkm)
reference, own = header.index("E000"), header.index(sys.argv[2])
d = np.array([float(rpkm[g][own]) - float(rpkm[g][reference]) for g in wanted])
label = (np.sign(d) * np.log1p(np.abs(d))).astype(np.float32)
print(label.view(np.uint32).tolist())
`;

testWith(
  "numpy",
  "labels are numpy's to the last bit but one, whatever the order of the rows",
  async () => {
    const { files } = makeTree({ cellTypes: [] });
    const path = await Deno.makeTempFile();
    const [, table] = [...files].find(([path]) => path.endsWith("RPKM.pc.gz"))!;
    await Deno.writeFile(path, table);
    const labels = await readCompetitionLabels(path);
    strictEqual(labels.cellTypes.size, 56);
    for (const cellType of ["E003", "E128"]) {
      const bits: number[] = JSON.parse(await runNumpy(LABELS_BY_NUMPY, [path, cellType]));
      const found = new Uint32Array(labels.labelsOf(cellType).buffer);
      // Two correct functions of the mathematical library may differ by one unit in the last place.
      const far = [...found].filter((value, i) => Math.abs(value - bits[i]!) > 1);
      deepStrictEqual(far, []);
    }
    await Deno.remove(path);
  },
);

Deno.test("the RPKM of Roadmap's table make its labels, and a cell type that it lacks is refused", async () => {
  const { files } = makeTree({ cellTypes: [] });
  const path = await Deno.makeTempFile();
  const [, table] = [...files].find(([path]) => path.endsWith("RPKM.pc.gz"))!;
  await Deno.writeFile(path, table);
  const labels = await readCompetitionLabels(path);
  const reference = labels.rpkmOf("E000");
  deepStrictEqual(
    labels.labelsOf("E003"),
    Float32Array.from(
      labels.rpkmOf("E003"),
      (rpkm, gene) => competitionLabel(rpkm, reference[gene]!),
    ),
  );
  throws(() => labels.rpkmOf("E999"), /no column of cell type E999/);
  await Deno.remove(path);
});

testWith("shared", "the labels of Roadmap's table are those of the competition", async () => {
  const labels = await readCompetitionLabels(sharedFile("data/real/57epigenomes.RPKM.pc.gz"));
  const { genes, geneIndex, cellTypes, cellTypeIndex, labels: real } = await readCompetition(
    sharedFile("data/real/counts_competition.npz"),
  );
  const index = new Map(competitionGenes().map(({ number }, i) => [ensemblGeneId(number), i]));
  let compared = 0;
  for (const [row, label] of [...real!].entries()) {
    const gene = index.get(genes[geneIndex[row]!]!);
    if (gene === undefined) continue;
    strictEqual(labels.labelsOf(cellTypes[cellTypeIndex[row]!]!)[gene], Math.fround(label));
    compared++;
    if (compared > 200) break;
  }
  ok(compared > 100);
  // The figures of the competition's 800,000 labels.
  const all = TRAIN_CELL_TYPES.flatMap((name) => {
    const own = labels.labelsOf(name);
    return [...own].filter((_, i) => !competitionGenes()[i]!.heldOut);
  });
  const mean = all.reduce((sum, label) => sum + label) / all.length;
  const variance = all.reduce((sum, label) => sum + (label - mean) ** 2, 0) / all.length;
  strictEqual(all.length, 800_000);
  strictEqual(mean.toFixed(3), "-0.272");
  strictEqual(variance.toFixed(3), "3.486");
});

/** A made table of expression as text, changed by `edit`. */
function editedTable(edit: (rows: string[]) => void): ReturnType<typeof bytesSource> {
  const rows = competitionGenes().map(({ number }) => `${ensemblGeneId(number)}\t1.000\t2.500\t`);
  const lines = ["gene_id\tE000\tE003\t", ...rows];
  edit(lines);
  return bytesSource(gzip(`${lines.join("\n")}\n`), "RPKM.gz");
}

Deno.test("a table without the reference, without a gene, or with one twice is refused", async () => {
  const read = (edit: (rows: string[]) => void) => readCompetitionLabels(editedTable(edit));
  await rejects(read((rows) => rows[0] = "gene_id\tE001\tE003\t"), /RPKM\.gz has no column E000/);
  await rejects(read((rows) => rows.splice(5, 2)), /2 genes of the competition lack a row \(ENSG/);
  await rejects(
    read((rows) => rows.push(rows[9]!)),
    /gene ENSG\d+ stands in line 10 too.*RPKM\.gz, line 17449/,
  );
  await rejects(readCompetitionLabels(textSource("", "RPKM")), /empty/);
});

Deno.test("a value that is no RPKM is refused with its line, if its cell type is asked for", async () => {
  for (const bad of ["NA", "-1", "inf", "x", ""]) {
    const table = await readCompetitionLabels(
      editedTable((rows) => rows[7] = `${rows[7]!.split("\t")[0]}\t1.000\t${bad}\t`),
    );
    throws(() => table.labelsOf("E003"), (error: Error) => {
      match(error.message, /^Cannot make the label of ENSG\d+: found .*expected an RPKM >= 0/);
      match(error.message, /RPKM\.gz, line 8/);
      return true;
    }, bad);
  }
  const table = await readCompetitionLabels(editedTable(() => {}));
  throws(() => table.labelsOf("E000"), /no column of cell type E000/);
  throws(() => table.labelsOf("E004"), /no column of cell type E004/);
  strictEqual(table.labelsOf("E003")[0], competitionLabel(2.5, 1));
});
