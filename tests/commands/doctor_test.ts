/** The command that looks for what may be wrong with a data set. */

import { deepStrictEqual, doesNotMatch, match, strictEqual } from "node:assert";
import { runTask, withDirectory } from "../helpers/command.ts";
import { npzBytes } from "../io/_npz_helpers.ts";
import { sharedFile, testWith } from "../helpers/require.ts";

const EXAMPLE = "fixtures/genome/example";

Deno.test("the fixtures are healthy, and skipped checks are listed", async () => {
  const { code, stdout } = await runTask("doctor", "fixtures/train.npz", "--strict");
  strictEqual(code, 0);
  match(stdout, /Nothing looks wrong\.\nNot checked: orientation \(needs --genes\)/);
  match(stdout, /^Not checked: .*labels against marks.* \(needs 200 genes, there are 100\)\.$/m);
  match(stdout, /^Not checked: bins off by one, .* \(needs 500 genes, there are 100\)\.$/m);
});

Deno.test("what the labels are is said, with what it means for the choice of a model", async () => {
  const { stdout } = await runTask("doctor", "fixtures/train.npz");
  match(
    stdout,
    /^Labels: variance [\d.]+: \d+% between genes, [\d.]+% between cell types, \d+% in the rest\./m,
  );
  match(stdout, /^(For|Even for) a gene that is trained on, its mean label explains about \d+%/m);
});

Deno.test("names that a submission cannot hold are a note, once for all genes", async () => {
  const data = Float64Array.from({ length: 30 * 10 * 7 }, (_, i) => {
    const gene = 1 + Math.floor(i / 70);
    return i % 7 === 0 || i % 7 === 6 ? gene : i * i % 5;
  });
  await withDirectory(async (directory) => {
    const path = `${directory}/a.npz`;
    const cellTypes = ["T cell, CD4", 'B cell "naive"', "=liver", "+lung (left)", "CD4+ T", "-80"];
    await Deno.writeFile(
      path,
      await npzBytes(
        cellTypes.map((name) => ({ name, dtype: "float64", shape: [30, 10, 7], data })),
      ),
    );
    const { code, stdout, stderr } = await runTask("doctor", path);
    strictEqual(code, 0, stderr);
    const notes = stdout.split("\n").filter((line) => line.includes("submission-ids"));
    deepStrictEqual(notes, [
      'note: submission-ids: 2 cell types, such as "T cell, CD4": a submission cannot hold an id that ' +
      "has a comma, a quote or a line end.",
      'note: submission-ids: 2 cell types, such as "=liver": a submission cannot hold an id that ' +
      "would be a formula in a spreadsheet.",
    ]);
  });
});

Deno.test("prepared data are healthy, and genes shared with test data are a note", async () => {
  await withDirectory(async (directory) => {
    const data = `${directory}/a.npz`;
    const genes = ["--genes", `${EXAMPLE}/genes.gtf`];
    const inputs = ["--samples", `${EXAMPLE}/sheet.tsv`, ...genes, "--signal", "reads"];
    strictEqual((await runTask("prepare", ...inputs, "--out", data)).code, 0);
    match(
      (await runTask("doctor", data, ...genes)).stdout,
      /Nothing looks wrong\.\nNot checked: genes/,
    );
    const { code, stdout } = await runTask("doctor", data, "--test", data);
    strictEqual(code, 0);
    match(stdout, /warning: shared-genes: .*120 of 120 test samples/);
    match(stdout, /^1 warning, 0 notes\.\nNot checked/m);
  });
});

Deno.test("values without a record that are no ln(1 + count) give a warning that says what they look like", async () => {
  await withDirectory(async (directory) => {
    const [genes, bins, marks] = [60, 10, 5];
    // Id, marks, label.
    const rows = Array.from({ length: genes * bins }, (_, row) => {
      const gene = Math.floor(row / bins);
      const signal = Array.from(
        { length: marks },
        (_, mark) => Math.log2(1 + (row * 7 + mark) % 6),
      );
      return [1000 + gene, ...signal, gene % 9];
    });
    const data = Float64Array.from(rows.flat());
    const member = {
      name: "E003",
      dtype: "float64",
      shape: [genes, bins, marks + 2],
      data,
    } as const;
    await Deno.writeFile(`${directory}/log2.npz`, await npzBytes([member]));
    const page = `${directory}/log2.html`;
    const { code, stdout, stderr } = await runTask(
      "doctor",
      `${directory}/log2.npz`,
      "--strict",
      "--page",
      page,
    );
    strictEqual(code, 1);
    const shown = await Deno.readTextFile(page);
    match(shown, /<p class="note">No data record: its values are taken for ln\(1 \+ count\)/);
    match(shown, /<li>[^<]*though they look like log2/);
    match(
      stderr,
      /log2\.npz: its values are taken for ln\(1 \+ count\), though they look like log2/,
    );
    match(stdout, /^2 warnings, \d+ notes?\.$/m);
  });
});

Deno.test("expression without a transform gives a warning, and data without labels are reported", async () => {
  await withDirectory(async (directory) => {
    const inputs = ["--samples", `${EXAMPLE}/sheet.tsv`, "--genes", `${EXAMPLE}/genes.gtf`];
    const labels = ["--expression", `${EXAMPLE}/expression.tsv`, "--signal", "reads"];
    const plain = `${directory}/plain.npz`;
    const logarithms = `${directory}/logarithms.npz`;
    strictEqual((await runTask("prepare", ...inputs, ...labels, "--out", plain)).code, 0);
    const transform = ["--expression-transform", "log2p1", "--out", logarithms];
    strictEqual((await runTask("prepare", ...inputs, ...labels, ...transform)).code, 0);
    const warned = await runTask("doctor", plain, "--strict");
    strictEqual(warned.code, 1);
    match(warned.stdout, /^warning: label-scale: labels of liver, lung: .* plain TPM or RPKM/m);
    match((await runTask("doctor", logarithms, "--strict")).stdout, /^Nothing looks wrong/m);
  });
  const unlabelled = await runTask("doctor", "fixtures/eval.npz");
  match(unlabelled.stdout, /Not checked: labels \(the data have none\)\.$/m);
  doesNotMatch(unlabelled.stdout, /labels against marks/);
});

testWith(
  "shared",
  "the real DeepChrome sample's doubled mark is found, and fails with --strict only",
  async () => {
    const path = sharedFile("data/deepchrome_toy/train.csv").pathname;
    const { code, stdout } = await runTask("doctor", path);
    strictEqual(code, 0);
    match(stdout, /warning: doubled-counts: H3K4me3 in .*even.*twice\.\n {2}Count again/);
    strictEqual((await runTask("doctor", path, "--strict")).code, 1);
  },
);

Deno.test("unusable genes of an annotation give a warning", async () => {
  await withDirectory(async (directory) => {
    const genes = await Deno.readTextFile(`${EXAMPLE}/genes.gtf`);
    const path = `${directory}/genes.gtf`;
    await Deno.writeTextFile(path, `${genes}chr1\tx\tgene\t1\t2\t.\t.\t.\tgene_id "MSTRG.1";\n`);
    const { code, stderr } = await runTask("doctor", "fixtures/train.npz", "--genes", path);
    strictEqual(code, 0, stderr);
    match(stderr, /^warning: .*genes\.gtf: left out 1 gene without a strand, such as "MSTRG\.1"/);
  });
});

Deno.test("bad input ends with exit code 1 and one line, bad flags with 2", async () => {
  const missing = await runTask("doctor", "none.npz");
  strictEqual(missing.code, 1);
  match(missing.stderr, /^error: .*no file or folder "none\.npz"\n$/);
  strictEqual((await runTask("doctor")).code, 2);
  const genes = await runTask("doctor", "fixtures/train.npz", "--genes", "none.gtf");
  deepStrictEqual([genes.code, genes.stdout], [1, ""]);
  match(genes.stderr, /^error: Cannot read --genes none\.gtf: it does not exist\n$/);
});
