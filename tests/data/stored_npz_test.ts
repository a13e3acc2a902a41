/** Npz files whose signal stays on disk. The oracle is the reader that reads all of it into memory. */

import { deepStrictEqual, match, notStrictEqual, rejects, strictEqual, throws } from "node:assert";
import type { Dataset } from "../../src/data/dataset.ts";
import { readDataset } from "../../src/data/read_dataset.ts";
import type { CompetitionBlock, WriteCompetitionOptions } from "../../src/io/competition_writer.ts";
import { isStored, type StoredSignal } from "../../src/io/stored_signal.ts";
import { writeSimulation } from "../../src/simulate/mod.ts";
import { withDirectory } from "../helpers/command.ts";
import { TWO_MARKS, writeBlocks } from "../helpers/npz_file.ts";

const GENES = ["ENSG00000000003", "ENSG00000000005", "ENSG00000000419"];
const WIDTH = 3 * TWO_MARKS.marks.length;

function block(cellType: string, value: (i: number) => number): CompetitionBlock {
  return {
    cellType,
    genes: GENES,
    signal: Float64Array.from({ length: GENES.length * WIDTH }, (_, i) => value(i)),
    labels: [0.5, -1, 2],
  };
}

async function openStored(path: string): Promise<{ data: Dataset; signal: StoredSignal }> {
  const data = await readDataset(path, { mostBytes: 1 });
  const { signal } = data.columns;
  strictEqual(isStored(signal), true);
  return { data, signal: signal as StoredSignal };
}

/** Compares stored data with those in memory: all values, each chunk in both ways, and all else. */
async function checkEqual(path: string): Promise<void> {
  const wanted = await readDataset(path);
  const { data, signal } = await openStored(path);
  const { signal: _, signalValues: __, ...others } = data.columns;
  const { signal: ___, signalValues: ____, ...wantedOthers } = wanted.columns;
  deepStrictEqual(others as unknown, wantedOthers as unknown);
  for (let chunk = 0; chunk + 1 < signal.chunkStarts.length; chunk++) {
    deepStrictEqual(signal.readChunkSync(chunk), (await signal.readChunk(chunk)).slice());
  }
  for (let row = 0; row < wanted.length; row++) {
    deepStrictEqual(Array.from(data.signalOf(row)), Array.from(wanted.signalOf(row)));
  }
}

const KINDS: readonly [what: string, blocks: CompetitionBlock[], WriteCompetitionOptions][] = [
  ["logarithms", [block("liver", (i) => i % 7), block("lung", (i) => i * 30)], {
    record: TWO_MARKS,
    fromCounts: true,
    dtype: "float32",
  }],
  ["logarithms, deflated, and zeros", [block("liver", () => 0), block("lung", (i) => i * 30)], {
    record: TWO_MARKS,
    fromCounts: true,
    compress: true,
    missingMarks: new Map([["liver", ["H3K9me3"]]]),
  }],
  ["counts", [block("liver", (i) => i), block("lung", (i) => i * 3000)], {
    record: { ...TWO_MARKS, transform: "none" },
    cellTypeGroups: new Map([["liver", "organ"], ["lung", "organ"]]),
  }],
  ["other values", [block("liver", (i) => i / 7), block("lung", (i) => Math.log1p(i))], {
    record: TWO_MARKS,
  }],
];

for (const [what, blocks, options] of KINDS) {
  Deno.test(`npz files past memory have the values that they have in memory: ${what}`, async () => {
    await withDirectory(async (directory) => {
      const [whole, first, second] = ["whole", "first", "second"]
        .map((name) => `${directory}/${name}.npz`) as [string, string, string];
      await writeBlocks(whole, blocks, { fromCounts: false, ...options });
      await checkEqual(whole);
      const only = (i: number) => {
        const { cellType } = blocks[i]!;
        const pick = <Value>(map: ReadonlyMap<string, Value> | undefined) =>
          map && new Map([...map].filter(([name]) => name === cellType));
        return {
          fromCounts: false,
          ...options,
          missingMarks: pick(options.missingMarks),
          cellTypeGroups: pick(options.cellTypeGroups),
        };
      };
      await writeBlocks(first, [blocks[0]!], only(0));
      await writeBlocks(second, [blocks[1]!], only(1));
      await checkEqual(`${first},${second}`);
    });
  });
}

Deno.test("files that fit are read into memory, whichever side of the limit shows it", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/a.npz`;
    await writeBlocks(path, [block("liver", (i) => i * 30)]);
    const values = GENES.length * WIDTH;
    for (const [mostBytes, stored] of [[values, true], [2 * values, false], [9 * values, false]]) {
      const data = await readDataset(path, { mostBytes: Number(mostBytes) });
      strictEqual(data.isInMemory, !stored, String(mostBytes));
    }
  });
});

Deno.test("a file that is damaged or replaced after it was opened is refused", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/a.npz`;
    await writeBlocks(path, [block("liver", (i) => i * 30)]);
    const before = await openStored(path);
    await writeBlocks(path, [block("liver", (i) => i * 31)]);
    await rejects(before.signal.readChunk(0), {
      name: "FormatError",
      message: /its values are others than when the file was opened/,
    });
    throws(() => before.signal.readChunkSync(0), {
      name: "FormatError",
      message: /CRC-32 differs/,
    });
    notStrictEqual((await openStored(path)).signal.digest, before.signal.digest);
    await Deno.truncate(path, 100);
    throws(() => before.signal.readChunkSync(0), { name: "FormatError", message: /it ends after/ });
    await Deno.remove(path);
    throws(() => before.signal.readChunkSync(0), {
      name: "FormatError",
      message: /it ends after 0/,
    });
  });
});

Deno.test("a file with DNA that does not fit is refused with what to do", async () => {
  await withDirectory(async (directory) => {
    await writeSimulation(directory, {
      cellTypes: 1,
      genes: 3,
      newGenes: 1,
      bins: 4,
      sequences: { halfWidthBp: 300 },
    });
    const path = `${directory}/train.npz`;
    const found = await readDataset(path, { mostBytes: 1 }).then(() => "", String);
    match(found, /ContractError.*the file has DNA, expected one without it, or more memory/);
  });
});
