import { match, rejects, strictEqual, throws } from "node:assert";
import { readDataset } from "../../src/data/read_dataset.ts";
import { readSampleSheet } from "../../src/genome/sample_sheet.ts";
import { checkName } from "../../src/io/names.ts";
import { checkSubmissionIds } from "../../src/commands/_submission_ids.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { endOf, runTask, taskCommand, withDirectory } from "../helpers/command.ts";
import { npzBytes } from "../io/_npz_helpers.ts";

Deno.test("a name is neither empty nor too long, and has no control characters", () => {
  for (const name of ["E065", "CD4+ T, naïve", "a".repeat(200), "肝臓", "=x", 'a"b']) {
    checkName(name, { what: "cell type" });
  }
  const cases: [string, RegExp][] = [
    ["", /^Cannot take name of mark: it is empty, expected a name \(a\.npz, line 3\)$/],
    ["a".repeat(1e6), /: "a{20}…" has 1000000 characters, expected at most 200 /],
    ["a\x1b[2J", /: "a\\x1b\[2J" has control characters, expected none /],
    ["a\nb", /: "a\\nb" has control characters/],
    ["a\u202eb", /: "a\\u202eb" has control characters/],
  ];
  for (const [name, message] of cases) {
    const place = { what: "mark", file: "a.npz", line: 3 };
    throws(() => checkName(name, place), { name: "FormatError", message });
  }
});

/** A data set of one cell type, of whatever name: our own writer of data sets refuses odd ones. */
function makeData(cellType: string): Promise<Uint8Array<ArrayBuffer>> {
  const data = Float64Array.from({ length: 4 * 100 * 7 }, (_, i) => {
    const gene = 1 + Math.floor(i / 700);
    return i % 7 === 0 || i % 7 === 6 ? gene : i % 5;
  });
  return npzBytes([{ name: cellType, dtype: "float64", shape: [4, 100, 7], data }]);
}

Deno.test("a cell type with such a name is refused with its file, from a data set and from a sheet", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/long.npz`;
    await Deno.writeFile(path, await makeData("E".repeat(50_000)));
    await rejects(readDataset(path), /cell type: "E{20}…" has 50000 characters.*long\.npz\)$/);
  });
  const text = `cell_type\tmark\tpath\n${"E".repeat(1e6)}\tH3K4me3\ta.bam\n`;
  const sheet = bytesSource(new TextEncoder().encode(text), "sheet.tsv");
  await rejects(readSampleSheet(sheet), /has 1000000 characters.*\(sheet\.tsv, line 2\)$/);
});

Deno.test("ids that a submission cannot hold are distinguished from those that it can", () => {
  const good = [
    "E065_3",
    "-Dox_3",
    "+IFNg 2 h_3",
    "CD4+ T_3",
    "a=b_3",
    "肝臓_1",
    "−1_2",
    "-1.5e3_7",
  ];
  checkSubmissionIds(good);
  const bad: [string, RegExp][] = [
    ["a,b_3", /^Cannot write submission: id "a,b_3" has a comma, a quote or a line end\. Rename/],
    ['a"b_3', /has a comma, a quote/],
    ["a\nb_3", /line end/],
    ["E065_3", /id "E065_3" is that of two genes or cell types/],
    ["=1+1_3", /would be a formula in a spreadsheet/],
    ["@SUM(A1)_3", /formula/],
    ["+cmd|' /C calc'!A0_3", /formula/],
    ["-2+3*A1_3", /formula/],
  ];
  for (const [id, message] of bad) {
    throws(() => checkSubmissionIds([...good, id]), { name: "ContractError", message });
  }
});

Deno.test("submit refuses such a cell type in one line, before it predicts", async () => {
  await withDirectory(async (directory) => {
    const [data, run] = [`${directory}/data.npz`, `${directory}/run`];
    const flags = ["--data", "fixtures/train.npz", "--preset", "experiment1", "--epochs", "1"];
    strictEqual((await runTask("train", ...flags, "--out", run)).code, 0);
    for (const cellType of ["lung, left", 'the "lung"', "=HYPERLINK(1)"]) {
      await Deno.writeFile(data, await makeData(cellType));
      const args = ["--model", run, "--data", data, "--out", `${directory}/submission.csv`];
      const { code, stderr } = await endOf(taskCommand("submit", args));
      strictEqual(code, 1);
      match(
        stderr,
        /^error: Cannot write submission: id ".*" (has a comma|would be a formula).*\n$/,
      );
    }
  });
});
