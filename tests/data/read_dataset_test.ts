import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { fixUsualMostBytes } from "../../src/data/read_dataset.ts";
import { Dataset, readDataset } from "../../src/data/mod.ts";
import { writeCompetition, writeFileAtomic } from "../../src/io/mod.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";
import { signalBytes } from "../../src/io/stored_signal.ts";
import { simulateColumns } from "../../src/simulate/mod.ts";
import { writeStore } from "../helpers/store_folder.ts";
import { sharedFile, testWith } from "../helpers/require.ts";
import type { Progress } from "../../src/progress.ts";

async function withTemporary(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const ROWS = "000003,1,0,1,2,3,4,1\n000005,1,5,6,7,8,9,0\n";

Deno.test("a CSV file and a folder of cell types are both recognised and read", async () => {
  await withTemporary(async (folder) => {
    await Deno.mkdir(`${folder}/E003`);
    await Deno.writeTextFile(`${folder}/E003/train.csv`, ROWS);
    const progress: number[] = [];
    const onProgress = ({ done }: Progress) => void progress.push(done);
    for (const path of [folder, `${folder}/E003`, `${folder}/E003/train.csv`]) {
      const data = await readDataset(path, { onProgress });
      deepStrictEqual(data.submissionIds(), ["E003_3", "E003_5"]);
      deepStrictEqual([...data.labels()], [1, 0]);
    }
    deepStrictEqual(progress, [1, 1, ROWS.length]);
  });
});

Deno.test("a file in the competition's format is read with its own record", async () => {
  await withTemporary(async (folder) => {
    const record = { ...DEEPCHROME_RECORD, assembly: "hg38" };
    const block = {
      cellType: "E065",
      genes: ["ENSG00000115459"],
      signal: Float64Array.of(1, 2, 3, 4, 5),
      labels: [0.5],
    };
    const path = `${folder}/train.npz`;
    await writeFileAtomic(path, (sink) => writeCompetition(sink, [block], { record }));
    const data = await readDataset(path);
    deepStrictEqual(data.submissionIds(), ["E065_115459"]);
    deepStrictEqual([...data.signalOf(0)], [1, 2, 3, 4, 5]);
    deepStrictEqual(data.record, record);
  });
});

Deno.test("0 bytes are called that, and what is no file is refused", async () => {
  for (const empty of [new ArrayBuffer(), new Uint8Array(), new File([], "train.npz")]) {
    await rejects(readDataset(empty), {
      name: "FormatError",
      message: /^Cannot read data: found 0 bytes, expected an .npz or a .csv file/,
    });
  }
  for (const wrong of [null, Promise.resolve(new Uint8Array())]) {
    await rejects(readDataset(wrong as unknown as Uint8Array), {
      name: "TypeError",
      message: /^Cannot open file: found (null|a Promise), expected a path/,
    });
  }
});

Deno.test("a path that does not exist, or has no known kind, is refused", async () => {
  await rejects(readDataset("nowhere/train.npz"), {
    name: "NotFoundError",
    message: 'Cannot read data: no file or folder "nowhere/train.npz"',
  });
  await withTemporary(async (folder) => {
    await Deno.writeTextFile(`${folder}/train.tsv`, ROWS);
    await rejects(readDataset(`${folder}/train.tsv`), {
      name: "ContractError",
      message: /train.tsv" is of no known kind, expected .npz, .csv, .zarr or a folder/,
    });
    await Deno.writeTextFile(`${folder}/train.csv.gz`, ROWS);
    await rejects(readDataset(`${folder}/train.csv.gz`), {
      name: "ContractError",
      message: /train.csv.gz" is compressed, expected a .csv that is not: unpack it$/,
    });
    await Deno.writeTextFile(`${folder}/train.h5ad`, "\x89HDF\r\n\x1a\n");
    await rejects(readDataset(`${folder}/train.h5ad`), {
      name: "ContractError",
      message: /train.h5ad" is HDF5, expected AnnData in Zarr: .*write_zarr/,
    });
  });
});

Deno.test("the given record stays with the data", async () => {
  await withTemporary(async (folder) => {
    await Deno.writeTextFile(`${folder}/E003.csv`, "a,1,7,1\n");
    const record = {
      assembly: "hg38",
      binSizeBp: 200,
      orientation: "transcript",
      countingRule: "reads",
      marks: ["H3K4me3"],
      transform: "none",
    } as const;
    strictEqual((await readDataset(`${folder}/E003.csv`, { record })).record, record);
  });
});

testWith("shared", "the real sample reads by its URL", async () => {
  const data = await readDataset(sharedFile("data/deepchrome_toy/train.csv"));
  strictEqual(data.length, 10);
  strictEqual(data.bins, 100);
});

Deno.test("a store with more signal than is allowed stays on disk, with the same samples, and can be loaded", async () => {
  await withTemporary(async (folder) => {
    const made = new Dataset(
      simulateColumns({ cellTypes: 2, genes: 30, newGenes: 1, bins: 10 }).train,
    );
    await writeStore(`${folder}/x.zarr`, made, { chunkSamples: 7 });
    const bytes = signalBytes(made.columns.signal);
    const packed = await readDataset(`${folder}/x.zarr`, { mostBytes: bytes });
    const stored = await readDataset(`${folder}/x.zarr`, { mostBytes: bytes - 1 });
    deepStrictEqual([packed.isInMemory, stored.isInMemory], [true, false]);
    const rows = [...packed.rows.keys()];
    for (const i of rows) deepStrictEqual(stored.signalOf(i), packed.signalOf(i).slice());
    const loaded = await stored.subset([59, 3, 3]).load();
    deepStrictEqual([loaded.isInMemory, loaded.length], [true, 3]);
    for (const [i, row] of [59, 3, 3].entries()) {
      deepStrictEqual(loaded.signalOf(i).slice(), packed.signalOf(row).slice());
      strictEqual(loaded.labels()[i], packed.labels()[row]);
      strictEqual(loaded.geneOf(i), packed.geneOf(row));
    }
    strictEqual(await packed.load(), packed);
    const signal = AbortSignal.abort(new Error("enough"));
    await rejects(stored.load({ signal }), /enough/);
  });
});

Deno.test("how much is read into memory can be fixed, for machines that must do alike", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const size = { cellTypes: 2, genes: 10, newGenes: 1, bins: 20 };
    await writeStore(`${directory}/a.zarr`, new Dataset(simulateColumns(size).train));
    const isInMemory = async () => (await readDataset(`${directory}/a.zarr`)).isInMemory;
    strictEqual(await isInMemory(), true);
    fixUsualMostBytes(100);
    strictEqual(await isInMemory(), false);
  } finally {
    fixUsualMostBytes(undefined);
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("bytes of no known kind are refused with how a name is given them", async () => {
  await rejects(
    readDataset(new TextEncoder().encode("1,2,3\n")),
    /"memory" is of no known kind, .* Of bytes give new File\(\[bytes\], "NAME\.csv"\)$/,
  );
});
