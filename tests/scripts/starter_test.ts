/** `deno task starter` on small made-up peaks. */

import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { maskMarks, PEAKS_RECORD, readStarterData } from "../../scripts/_starter_data.ts";
import { type Judged, measureIntervals } from "../../scripts/_starter_measure.ts";
import { Dataset } from "../../src/data/dataset.ts";
import { ensemblGeneId } from "../../src/gene_id.ts";
import { writeFileAtomic } from "../../src/files/file.ts";
import { writeCompetition } from "../../src/io/competition_writer.ts";
import { loadModel } from "../../src/model/save_load.ts";
import { RandomStream } from "../../src/random.ts";
import { unpackModel } from "../../src/starter/unpack_model.ts";
import { runTask, withDirectory } from "../helpers/command.ts";

const BINS = 20;
const MARKS = 5;

/** Writes peaks of some cell types. */
async function writePeaks(
  path: string,
  { cellTypes, genes }: { readonly cellTypes: readonly string[]; readonly genes: number },
): Promise<void> {
  const stream = new RandomStream([genes, cellTypes.length]);
  const blocks = cellTypes.map((cellType) => ({
    cellType,
    genes: Array.from({ length: genes }, (_, gene) => ensemblGeneId(gene + 1)),
    signal: Float64Array.from(
      { length: genes * BINS * MARKS },
      () => stream.uniform() < 0.5 ? 0 : 20 * stream.uniform(),
    ),
    labels: Array.from({ length: genes }, (_, gene) => gene / 10 + stream.uniform()),
  }));
  await writeFileAtomic(path, (sink) => writeCompetition(sink, blocks, { record: PEAKS_RECORD }));
}

async function withPeaks(
  body: (paths: string[], directory: string) => Promise<void>,
): Promise<void> {
  await withDirectory(async (directory) => {
    const paths = [`${directory}/five.npz`, `${directory}/four.npz`];
    await writePeaks(paths[0]!, { cellTypes: ["E116", "E119"], genes: 100 });
    await writePeaks(paths[1]!, { cellTypes: ["E118", "E120"], genes: 120 });
    await body(paths, directory);
  });
}

Deno.test("files are joined by cell type and gene, and marks that say nothing are masked", async () => {
  await withPeaks(async (paths) => {
    const data = await readStarterData(paths);
    const parts = await Promise.all(paths.map((path) => readStarterData([path])));
    deepStrictEqual(data.columns.cellTypes, ["E116", "E119", "E118", "E120"]);
    strictEqual(data.length, 2 * 100 + 2 * 120);
    strictEqual(data.columns.genes.length, 120);
    const all = parts.flatMap((part) => Array.from(part.rows, (_, row) => ({ part, row })));
    for (const [position, { part, row }] of all.entries()) {
      strictEqual(data.geneOf(position), part.geneOf(row));
      strictEqual(data.cellTypeOf(position), part.cellTypeOf(row));
      strictEqual(data.labels()[position], part.labels()[row]);
      deepStrictEqual(data.signalOf(position), part.signalOf(row));
    }
    deepStrictEqual(Object.fromEntries(data.missingMarks), {
      E119: ["H3K4me1"],
      E118: ["H3K27me3", "H3K4me1"],
      E120: ["H3K4me1"],
    });
    const at = [...data.rows.keys()].find((row) => data.cellTypeOf(row) === "E118")!;
    const signal = data.signalOf(at);
    ok(signal.every((value, i) => (i % MARKS !== 0 && i % MARKS !== 2) || value === 0));
    ok(signal.some((value) => value > 0));
    deepStrictEqual(maskMarks(data).columns, data.columns);
  });
});

Deno.test("a cell type that is in two files is refused", async () => {
  await withPeaks(async ([first], directory) => {
    const flags = ["--log2", first!, "--four-marks", first!, "--out", `${directory}/out`];
    const { code, stderr } = await runTask("starter", ...flags);
    strictEqual(code, 1);
    match(stderr, /they have the cell types E116, E119, E116, E119, expected each once/);
  });
});

Deno.test("the command writes a model, the same model as a module, and tables of its errors", async () => {
  await withPeaks(async ([five, four], directory) => {
    const out = `${directory}/out`;
    const flags = ["--log2", five!, "--four-marks", four!, "--out", out, "--seeds", "2"];
    const { code, stdout, stderr } = await runTask("starter", ...flags);
    strictEqual(code, 0, stderr);
    match(stdout, /Panel: label statistics of 120 genes over 4 cell types/);
    const model = await loadModel(out);
    const { STARTER_MODEL } = await import(`file://${out}/_starter_model.ts`);
    deepStrictEqual(await unpackModel(Uint8Array.fromBase64(STARTER_MODEL), "module"), model);
    strictEqual(model.calibration!.folds, 4);
    strictEqual(model.training.samples, 440);
    for (const name of ["E116", "E119", "E118", "E120"]) {
      match(stdout, new RegExp(`^${name} held out, seed 1: newGene \\d+\\.\\d{3}, `, "m"));
    }
    match(stdout, /^\| starter \|( \d+\.\d{3} \|){4}$/m);
    match(stdout, /^\| H3K4me3 \|( [+−]\d+\.\d{3} \|){4}$/m);
    match(stdout, /^\| 90% \| new cell type \| \d+\.\d% \| E1/m);
  });
});

/** Judged samples whose errors are of a known size. */
function judgedOf(fold: string, errors: readonly number[], genes: readonly number[]): Judged {
  const count = errors.length;
  const test = new Dataset({
    signal: new Uint8Array(count),
    labels: Float64Array.from(errors),
    cellTypes: [fold],
    cellTypeIndex: new Uint32Array(count),
    genes: genes.map((gene) => ensemblGeneId(gene + 1)),
    geneIndex: Uint32Array.from(genes.keys()),
    bins: 1,
    record: { ...PEAKS_RECORD, marks: ["H3K4me3"] },
  });
  return {
    fold,
    seed: 0,
    test,
    kinds: errors.map(() => "newCellType"),
    labels: Float64Array.from(errors),
    predictions: new Float32Array(count),
    rounded: new Float32Array(count),
    geneMeans: new Float64Array(count),
    without: new Map(),
  };
}

Deno.test("intervals of a cell type are calibrated on the errors of the others", () => {
  const genes = Array.from({ length: 100 }, (_, gene) => gene);
  // Errors of 1 to 100, and twice these.
  const usual = genes.map((gene) => gene % 2 === 0 ? gene + 1 : -gene - 1);
  const twice = usual.map((error) => 2 * error);
  const judged = [judgedOf("one", usual, genes), judgedOf("two", twice, genes)];
  const found = measureIntervals(judged, 0.8).find(({ regime }) => regime === "newCellType")!;
  // 80% of the others' errors: 162 or 81 wide on either side, cut at the others' range.
  const [one, two] = found.byCellType;
  deepStrictEqual([one!.cellType, two!.cellType], ["one", "two"]);
  strictEqual(one!.covered, 1);
  ok(Math.abs(two!.covered - 0.4) < 0.03, String(two!.covered));
});
