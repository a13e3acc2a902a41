import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { Buffer } from "node:buffer";
import { ensemblGeneNumber } from "../../src/gene_id.ts";
import { readCompetition } from "../../src/io/competition.ts";
import { readPredictions, submissionId } from "../../src/io/submission.ts";
import { COMPETITION_RECORD, DEEPCHROME_RECORD } from "../../src/record.ts";
import { simulateColumns } from "../../src/simulate/columns.ts";
import { writeSimulation } from "../../src/simulate/write.ts";
import { digestColumns } from "../helpers/digest_columns.ts";
import { runNumpy, testWith } from "../helpers/require.ts";

const SMALL = { cellTypes: 17, genes: 8, newCellTypes: 2, newGenes: 3, bins: 20 };

async function inTemporaryFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const features of ["log1p", "counts"] as const) {
  Deno.test(`files of ${features} hold the same as the columns, but eval.npz has no labels`, async () => {
    await inTemporaryFolder(async (folder) => {
      const truth = await writeSimulation(folder, { ...SMALL, features });
      const expected = simulateColumns({ ...SMALL, features });
      const train = await readCompetition(`${folder}/train.npz`);
      const evaluation = await readCompetition(`${folder}/eval.npz`);
      deepStrictEqual(digestColumns(train), digestColumns(expected.train));
      const unlabelled = { ...expected.eval, labels: undefined };
      deepStrictEqual(digestColumns(evaluation), digestColumns(unlabelled));
      const { ids, values } = await readPredictions(`${folder}/eval_labels.csv`);
      deepStrictEqual(values, expected.eval.labels);
      const { cellTypes, cellTypeIndex, genes, geneIndex } = evaluation;
      deepStrictEqual(
        ids,
        Array.from(
          cellTypeIndex,
          (cell, row) => submissionId(cellTypes[cell]!, genes[geneIndex[row]!]!),
        ),
      );
      deepStrictEqual(JSON.parse(await Deno.readTextFile(`${folder}/truth.json`)), truth);
      const files = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
      deepStrictEqual(files, ["eval.npz", "eval_labels.csv", "train.npz", "truth.json"]);
    });
  });
}

Deno.test("files hold ln(1 + count) as float32 unless asked for counts, from the same counts", async () => {
  await inTemporaryFolder(async (folder) => {
    await writeSimulation(folder, SMALL);
    const { signal, signalValues, record } = await readCompetition(`${folder}/train.npz`);
    const counts = simulateColumns(SMALL).train;
    deepStrictEqual(record, COMPETITION_RECORD);
    deepStrictEqual(counts.record, DEEPCHROME_RECORD);
    strictEqual(Buffer.compare(bytesOf(signal), bytesOf(counts.signal)), 0);
    ok(signal.every((count) => signalValues![count] === Math.fround(Math.log1p(count))));
    await rejects(
      writeSimulation(folder, { ...SMALL, features: "asinh" as "log1p" }),
      /features is "asinh", expected one of log1p, counts/,
    );
    throws(() => simulateColumns({ ...SMALL, features: "log" as "log1p" }), /features is "log",/);
  });
});

Deno.test("compressed files hold the same in far fewer bytes", async () => {
  await inTemporaryFolder(async (folder) => {
    await writeSimulation(folder, { ...SMALL, compress: true });
    const train = await readCompetition(`${folder}/train.npz`);
    const { signal } = simulateColumns(SMALL).train;
    strictEqual(Buffer.compare(bytesOf(train.signal), bytesOf(signal)), 0);
    const { size } = await Deno.stat(`${folder}/train.npz`);
    ok(size < 17 * 8 * 20 * 7 * 4 / 3, `${size} bytes`);
  });
});

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

Deno.test("progress counts the cell types of both files up to their sum", async () => {
  await inTemporaryFolder(async (folder) => {
    const seen: string[] = [];
    await writeSimulation(folder, {
      ...SMALL,
      cellTypes: 2,
      newCellTypes: 1,
      onProgress: ({ file, cellType, done, total }) =>
        seen.push(`${file} ${cellType} ${done}/${total}`),
    });
    deepStrictEqual(seen, [
      "train.npz E065 1/5",
      "train.npz E004 2/5",
      "eval.npz E065 3/5",
      "eval.npz E004 4/5",
      "eval.npz E071 5/5",
    ]);
  });
});

Deno.test("bad options leave no files", async () => {
  await inTemporaryFolder(async (folder) => {
    await rejects(writeSimulation(`${folder}/new`, { genes: -1 }), /genes is -1/);
    strictEqual(Array.from(Deno.readDirSync(folder)).length, 0);
  });
});

testWith("numpy", "numpy reads both files in the competition's layout", async () => {
  await inTemporaryFolder(async (folder) => {
    await writeSimulation(folder, { ...SMALL, compress: true });
    const printed = await runNumpy(
      `
import json, sys
import numpy as np
found = {}
for part in ("train", "eval"):
    data = np.load(f"{sys.argv[1]}/{part}.npz")
    assert all((data[name][:, :1, 0] == data[name][:, :, 0]).all() for name in data.files)
    rows = [data[name] for name in data.files]
    found[part] = {
        "names": data.files,
        "shapes": [list(row.shape) for row in rows],
        "genes": [row[:, 0, 0].astype(int).tolist() for row in rows],
        "types": [str(row.dtype) for row in rows],
        "sums": [np.rint(np.expm1(row[:, :, 1:6].astype(float))).sum() for row in rows],
        "logarithms": all((np.log1p(np.rint(np.expm1(row[:, :, 1:6].astype(float)))).astype(np.float32)
                           == row[:, :, 1:6]).all() for row in rows),
        "labels": [row[:, -1, 6].tolist() for row in rows] if part == "train" else None,
    }
print(json.dumps(found))
`,
      [folder],
    );
    const found = JSON.parse(printed);
    const expected = simulateColumns(SMALL);
    for (const part of ["train", "eval"] as const) {
      const { cellTypes, cellTypeIndex, genes, geneIndex, signal, labels } = expected[part];
      const columns = part === "train" ? 7 : 6;
      deepStrictEqual(found[part].names, cellTypes);
      deepStrictEqual([...new Set(found[part].types)], ["float32"]);
      ok(found[part].logarithms);
      deepStrictEqual(
        found[part].genes.flat(),
        Array.from(geneIndex, (gene) => ensemblGeneNumber(genes[gene]!)),
      );
      const sums = new Array<number>(cellTypes.length).fill(0);
      signal.forEach((count, i) => sums[cellTypeIndex[Math.floor(i / 100)]!]! += count);
      deepStrictEqual(found[part].sums, sums);
      found[part].shapes.forEach((shape: number[], cell: number) => {
        const rows = cellTypeIndex.filter((index) => index === cell).length;
        deepStrictEqual(shape, [rows, 20, columns]);
      });
      if (part === "train") {
        deepStrictEqual(found.train.labels.flat(), [...Float32Array.from(labels!)]);
      }
    }
  });
});
