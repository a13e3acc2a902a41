import { deepStrictEqual, match, rejects } from "node:assert";
import { examineScale } from "../../../src/genome/expression/_scale.ts";
import { matchExpression } from "../../../src/genome/expression/labels.ts";
import { readExpressionTable } from "../../../src/genome/expression/table.ts";
import { readGenes } from "../../../src/genome/genes.ts";
import { geneAt } from "../../helpers/genome.ts";
import { textSource } from "../../helpers/text_source.ts";
import { sharedFile, testWith } from "../../helpers/require.ts";

function examine(
  values: readonly number[],
  transform: "none" | "log2p1" | "asinh" = "log2p1",
): string {
  return examineScale([Float64Array.from(values)], { transform, file: "x.tsv" }).join("\n");
}

/** Transcripts per million of a number of genes, from 0 to tens of thousands. */
function makeTpm(count: number): number[] {
  return Array.from({ length: count }, (_, i) => Math.expm1(10 * (i * 7 % count) / count) / 3);
}

Deno.test("a logarithm of logarithms gives a warning, to base two, ten or e", () => {
  for (const log of [Math.log2, Math.log, Math.log10]) {
    const logarithms = makeTpm(100).map((value) => log(value + 1));
    match(examine(logarithms), /^the values of x\.tsv look like logarithms already/);
    match(examine(logarithms, "asinh"), /look like logarithms already/);
    match(examine(logarithms.map((value) => value - 2)), /look like logarithms/);
    deepStrictEqual(examine(logarithms, "none"), "");
  }
});

Deno.test("few logarithms are recognised by their decimals and by how close together they are", () => {
  match(examine([10, 0, 6.658211]), /logarithms/);
  match(examine([3.459432, 0, 7.2288, 11.3]), /logarithms/);
  match(examine([NaN, 2.0043, 0, 3.013]), /logarithms/);
});

Deno.test("ordinary values give no warning, whether many or few", () => {
  const ordinary = [
    makeTpm(30),
    makeTpm(1000),
    [1.5, 2],
    [23.265, 7],
    [12.7, 5.2, 0.3],
    [0, 0, 0],
    [27.057, 0.106, 3.2],
    [5, 7, 9],
    [0.01, 0.25, 19.127],
    [0.123, 0.456, 1.1],
    [NaN],
  ];
  for (const values of ordinary) {
    for (const transform of ["none", "log2p1", "asinh"] as const) {
      deepStrictEqual(examine(values, transform), "", String(values.slice(0, 5)));
    }
  }
});

Deno.test("counts give a warning whatever the transform", () => {
  const counts = makeTpm(100).map(Math.round);
  for (const transform of ["none", "log2p1", "asinh"] as const) {
    match(examine(counts, transform), /x\.tsv look like counts of reads/);
  }
  // salmon's counts, some of which are not whole numbers.
  match(examine(counts.map((count, i) => i % 3 === 0 ? count + 0.25 : count)), /look like counts/);
  match(examine([0, 1200, 7]), /look like counts/);
  deepStrictEqual(examine([0, 120, 7]), "");
  const told = examineScale([Float64Array.of(1.5)], {
    kind: "count",
    transform: "none",
    file: "x",
  });
  match(told[0]!, /the values of x are counts/);
  const tpm = examineScale([Float64Array.of(5000)], { kind: "tpm", transform: "none", file: "x" });
  deepStrictEqual(tpm, []);
});

Deno.test("cell types of two scales give a warning that names one of each, whatever the transform", () => {
  const tpm = Float64Array.from(makeTpm(300));
  const logarithms = tpm.map((value) => Math.log2(value + 1));
  const cellTypes = ["liver", "lung"];
  for (const transform of ["none", "log2p1"] as const) {
    const [warning, ...others] = examineScale([tpm, logarithms], {
      transform,
      file: "x.tsv",
      cellTypes,
    });
    match(
      warning!,
      /^the values of 1 cell type in x\.tsv look like logarithms, such as "lung" .*others do not, such as "liver"/,
    );
    deepStrictEqual(others, []);
  }
  const few = [tpm, logarithms].map((values) => values.subarray(0, 100));
  deepStrictEqual(examineScale(few, { transform: "none", file: "x.tsv", cellTypes }), []);
  deepStrictEqual(examineScale([tpm, tpm], { transform: "none", file: "x.tsv", cellTypes }), []);
});

Deno.test("a column that is of logarithms by its name is refused if another logarithm is to be taken", async () => {
  const row = "ENSG00000000419\t7\n";
  const label = async (title: string, transform: "none" | "log2p1" | "asinh") => {
    const table = await readExpressionTable(textSource(`gene_id\t${title}\n${row}`, "x.tsv"), {
      cellTypes: ["liver"],
      isOfOneCellType: true,
    });
    const gene = { ...geneAt("chr1", 1000), id: "ENSG00000000419" };
    return [
      ...(await matchExpression([gene], table, { cellTypes: ["liver"], transform })).labels.get(
        "liver",
      )!,
    ];
  };
  for (const title of ["log2TPM", "liver_log2(TPM+1)", "logCPM", "rlog", "log10_fpkm"]) {
    for (const transform of ["log2p1", "asinh"] as const) {
      await rejects(label(title, transform), {
        name: "ContractError",
        message:
          /^Cannot take expression from x\.tsv: by its name, column ".*log.*" has logarithms already, and/,
      });
    }
    deepStrictEqual(await label(title, "none"), [7]);
  }
  for (const title of ["TPM", "liver", "mid_log_phase", "LN", "catalog2"]) {
    deepStrictEqual(await label(title, "log2p1"), [3], title);
  }
});

testWith("shared", "Roadmap's RPKM give no warning, but their logarithms do", async () => {
  const genes = await readGenes(sharedFile("data/real/tss_hg19.tsv"));
  const cellTypes = ["E000", "E003", "E123"];
  const file = sharedFile("data/real/57epigenomes.RPKM.pc.gz");
  const table = await readExpressionTable(file, { cellTypes });
  const raw = await matchExpression(genes, table, { cellTypes, transform: "log2p1" });
  deepStrictEqual([raw.genes.length, raw.notes, raw.warnings], [19795, [], []]);
  const logarithms = { ...table, values: table.values.map((value) => Math.log2(value + 1)) };
  const again = await matchExpression(genes, logarithms, { cellTypes, transform: "log2p1" });
  match(again.warnings.join("\n"), /^the values of .* look like logarithms already/);
});

Deno.test("values below 0 of a kind that has none give a warning, whatever the transform", () => {
  const values = [5, 0, -1.25, 900];
  for (const transform of ["none", "asinh"] as const) {
    const of = { transform, file: "x.tsv" };
    for (const [kind, name] of [["tpm", "TPM"], ["fpkm", "FPKM"], ["count", "counts"]] as const) {
      const [warning = "", ...others] = examineScale([Float64Array.from(values)], { ...of, kind });
      match(
        warning,
        RegExp(`^the values of x\\.tsv are ${name} by .* below 0, such as -1\\.25, .*logarithms`),
      );
      deepStrictEqual(others, []);
    }
    deepStrictEqual(examineScale([Float64Array.from(values)], of), []);
    deepStrictEqual(examineScale([Float64Array.from([5, 0, 900])], { ...of, kind: "tpm" }), []);
  }
});

Deno.test("a cell type with one value for all genes gives a warning", () => {
  const of = { transform: "none", file: "x.tsv", cellTypes: ["liver", "lung"] } as const;
  const [empty, sound] = [new Float64Array(20), Float64Array.from(makeTpm(20))];
  const [warning = "", ...others] = examineScale([sound, empty], of);
  match(
    warning,
    /^1 cell type in x\.tsv has the same value for all genes, such as "lung" with 0: /,
  );
  deepStrictEqual(others, []);
  match(examineScale([empty, empty], of).join(), /^2 cell types .* have the same value/);
  deepStrictEqual(examineScale([sound, new Float64Array(19)], of), []);
  deepStrictEqual(examineScale([new Float64Array(20).fill(NaN)], of), []);
});
