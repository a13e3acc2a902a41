/** Samples of several files as one data set. The oracle is a file that has all of them. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { readDataset } from "../../src/data/read_dataset.ts";
import { writeDirectoryAtomic } from "../../src/files/atomic_directory.ts";
import { writeFileAtomic } from "../../src/files/file.ts";
import {
  type CompetitionBlock,
  writeCompetition,
  type WriteCompetitionOptions,
} from "../../src/io/competition_writer.ts";
import { isStored, type StoredSignal } from "../../src/io/stored_signal.ts";
import { writeAnndata } from "../../src/io/zarr/anndata_writer.ts";
import { COMPETITION_RECORD } from "../../src/record.ts";
import { describeInput } from "../../src/runs/inputs.ts";
import { withDirectory } from "../helpers/command.ts";
import { packedSignal } from "../helpers/packed.ts";

const RECORD = { ...COMPETITION_RECORD, marks: ["H3K4me3", "H3K9me3"], transform: "none" as const };
const WIDTH = 3 * RECORD.marks.length;

function block(cellType: string, genes: readonly string[], most = 200): CompetitionBlock {
  return {
    cellType,
    genes,
    signal: Float64Array.from(
      { length: genes.length * WIDTH },
      (_, i) => i % 2 === 1 ? 0 : (i * i + cellType.length) % most,
    ),
    labels: genes.map((gene) => gene.length / 3),
  };
}

async function write(
  path: string,
  blocks: readonly CompetitionBlock[],
  options: Partial<WriteCompetitionOptions> = {},
): Promise<void> {
  if (path.endsWith(".zarr")) {
    await writeDirectoryAtomic(
      path,
      (folder) => writeAnndata(folder, blocks, { record: RECORD, ...options }),
    );
  } else {
    await writeFileAtomic(
      path,
      (sink) => writeCompetition(sink, blocks, { record: RECORD, ...options }),
    );
  }
}

const BLOCKS = [
  block("liver.1", ["Sox2", "Trp53", "Myc"]),
  block("liver.2", ["Trp53"]),
  block("lung", ["Gata1", "Trp53"], 3000),
] as const;
const OPTIONS = {
  geneDetails: new Map([["Trp53", { symbol: "p53", tss: 5 }]]),
  cellTypeGroups: new Map([["liver.1", "liver"], ["liver.2", "liver"]]),
  missingMarks: new Map([["lung", ["H3K9me3"]]]),
};

/** Writes all samples into one file, and into two: the groups and the mask are of what each has. */
async function writeBoth(
  directory: string,
  ending: string,
): Promise<[whole: string, parts: string]> {
  const [whole, a, b] = ["whole", "a", "b"].map((name) => `${directory}/${name}.${ending}`);
  await write(whole!, BLOCKS, OPTIONS);
  const { geneDetails, cellTypeGroups, missingMarks } = OPTIONS;
  await write(a!, BLOCKS.slice(0, 2), { geneDetails, cellTypeGroups });
  await write(b!, BLOCKS.slice(2), { geneDetails, missingMarks });
  return [whole!, `${a},${b}`];
}

Deno.test("files that are read together are what one file with all their samples is", async () => {
  for (const ending of ["npz", "zarr"]) {
    await withDirectory(async (directory) => {
      const [whole, parts] = await writeBoth(directory, ending);
      const { columns } = await readDataset(parts);
      deepStrictEqual(columns, (await readDataset(whole)).columns);
    });
  }
});

Deno.test("logarithms of counts stay counts, unless one of the files has other values", async () => {
  await withDirectory(async (directory) => {
    const path = (name: string) => `${directory}/${name}.npz`;
    const record = { ...RECORD, transform: "log1p" as const };
    const options = { record, fromCounts: true, dtype: "float32" as const };
    const numbers = BLOCKS.map((one) => ({
      ...one,
      genes: Array.from({ length: one.genes.length }, (_, i) => `ENSG0000000000${i + 1}`),
    }));
    await write(path("whole"), numbers, options);
    await write(path("a"), numbers.slice(0, 2), options);
    await write(path("b"), numbers.slice(2), options);
    const odd = [{
      ...numbers[2]!,
      signal: Float64Array.from(numbers[2]!.signal, (_, i) => i / 7),
    }];
    await write(path("c"), odd, { record });
    const whole = await readDataset(path("whole"));
    const joined = await readDataset(`${path("a")},${path("b")}`);
    deepStrictEqual(packedSignal(joined.columns), packedSignal(whole.columns));
    for (let row = 0; row < whole.length; row++) {
      deepStrictEqual(joined.signalOf(row), whole.signalOf(row));
    }
    const mixed = await readDataset(`${path("a")},${path("c")}`);
    strictEqual(mixed.columns.signalValues, undefined);
    deepStrictEqual(Array.from(mixed.signalOf(4)), Array.from({ length: WIDTH }, (_, i) => i / 7));
    deepStrictEqual(Array.from(mixed.signalOf(1)), Array.from(whole.signalOf(1)));
  });
});

Deno.test("what does not fit into memory stays on disk, and what does is read as if it were", async () => {
  await withDirectory(async (directory) => {
    const [whole, parts] = await writeBoth(directory, "zarr");
    const wanted = packedSignal((await readDataset(whole)).columns);
    const digests = new Set<string>();
    // All in memory is 6 samples of 6 values: nothing fits, the first does, and then all do.
    for (const [mostBytes, stored] of [[0, true], [30, true], [1000, false]] as const) {
      const { columns } = await readDataset(parts, { mostBytes });
      strictEqual(isStored(columns.signal), stored);
      if (!stored) continue;
      const signal = columns.signal as StoredSignal;
      const rows: number[] = [];
      for (let chunk = 0; chunk + 1 < signal.chunkStarts.length; chunk++) {
        const values = await signal.readChunk(chunk);
        deepStrictEqual(signal.readChunkSync(chunk), values);
        rows.push(...values);
      }
      deepStrictEqual(rows, Array.from(wanted));
      digests.add(signal.digest);
    }
    ok(digests.size >= 1);
  });
});

Deno.test("files that contradict each other are refused with their names and what differs", async () => {
  await withDirectory(async (directory) => {
    const [a, b] = [`${directory}/a.npz`, `${directory}/b.npz`];
    await write(a, [block("liver", ["Sox2"])], { geneDetails: new Map([["Sox2", { tss: 5 }]]) });
    const cases: [readonly CompetitionBlock[], Partial<WriteCompetitionOptions>, RegExp][] = [
      [
        [block("lung", ["Sox2"])],
        { record: { ...RECORD, assembly: "mm39" } },
        /Cannot join .*a\.npz and .*b\.npz: assembly of their data records is "hg19" and "mm39"/,
      ],
      [
        [block("lung", ["Sox2"])],
        { geneDetails: new Map([["Sox2", { tss: 6 }]]) },
        /they differ in what is known of gene Sox2/,
      ],
      [
        [block("liver", ["Myc"])],
        { cellTypeGroups: new Map([["liver", "organ"]]) },
        /they differ in the group of cell type liver/,
      ],
      [
        [block("liver", ["Myc"])],
        { missingMarks: new Map([["liver", ["H3K9me3"]]]) },
        /they differ in the marks that were measured in cell type liver/,
      ],
      [
        [{ ...block("lung", ["Myc"]), labels: undefined }],
        {},
        /only one of them has labels, expected both or neither/,
      ],
    ];
    for (const [blocks, options, message] of cases) {
      await write(b, blocks, options);
      await rejects(readDataset(`${a},${b}`), { name: "ContractError", message });
    }
    const short = { ...block("lung", ["Myc"]), signal: [1, 2] };
    await write(b, [short]);
    await rejects(readDataset(`${a},${b}`), /they have 3 and 1 bins/);
    await rejects(readDataset(`${a},${directory}/c.npz`), {
      name: "NotFoundError",
      message: /no file or folder ".*c\.npz"/,
    });
  });
});

Deno.test("a sample that two files have is refused, in memory and on disk", async () => {
  await withDirectory(async (directory) => {
    const [a, b] = [`${directory}/a.npz`, `${directory}/b.npz`];
    await write(a, [block("liver", ["Sox2", "Myc"]), block("lung", ["Sox2"])]);
    await write(b, [block("heart", ["Myc"]), block("liver", ["Nanog", "Myc"])]);
    const message =
      /Cannot join .*a\.npz and .*b\.npz: both have gene Myc of cell type liver, expected it in one of them/;
    for (const mostBytes of [0, 1000]) {
      await rejects(readDataset(`${a},${b}`, { mostBytes }), { name: "ContractError", message });
      await rejects(
        readDataset(`${a},${a}`, { mostBytes }),
        /both have gene Sox2 of cell type liver/,
      );
      // A cell type may be in both with other genes.
      await write(b, [block("liver", ["Nanog"])]);
      strictEqual((await readDataset(`${a},${b}`, { mostBytes })).length, 4);
      await write(b, [block("liver", ["Nanog", "Myc"])]);
    }
  });
});

Deno.test("several files have one digest, which changes with each of them", async () => {
  await withDirectory(async (directory) => {
    const [a, b] = [`${directory}/a.npz`, `${directory}/b.npz`];
    await write(a, [block("liver", ["Sox2"])]);
    await write(b, [block("lung", ["Sox2"])]);
    const before = await describeInput(`${a},${b}`);
    strictEqual(before?.bytes, Deno.statSync(a).size + Deno.statSync(b).size);
    strictEqual(before.absolutePath, `${a},${b}`);
    await write(b, [block("lung", ["Sox2"], 7)]);
    ok((await describeInput(`${a},${b}`))?.sha256 !== before.sha256);
    strictEqual(await describeInput(`${a},${directory}/c.npz`), undefined);
  });
});
