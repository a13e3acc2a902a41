/** Data sets that are read one cell type at a time. The oracle is the reader that reads all of them into memory. */

import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import {
  CountsUnknownError,
  type DataParts,
  joinDataParts,
  openDataParts,
} from "../../src/data/data_parts.ts";
import { splitDataPaths } from "../../src/data/data_paths.ts";
import { readDataset } from "../../src/data/read_dataset.ts";
import {
  type CompetitionBlock,
  partsOf,
  type WriteCompetitionOptions,
} from "../../src/io/competition_writer.ts";
import { withDirectory } from "../helpers/command.ts";
import { TWO_MARKS, writeBlocks } from "../helpers/npz_file.ts";

const BINS = 3;
const GENES = ["ENSG00000000003.15", "Trp53"];

function block(cellType: string, genes = GENES): CompetitionBlock {
  const size = genes.length * BINS * TWO_MARKS.marks.length;
  const signal = Uint16Array.from({ length: size }, (_, i) => (i * i + cellType.length) % 300);
  return { cellType, genes, signal, labels: genes.map((_, i) => i / 3) };
}

/** All values of parts, by cell type and gene. */
async function collect(parts: DataParts, asCounts = false): Promise<Map<string, number[]>> {
  const found = new Map<string, number[]>();
  const width = BINS * TWO_MARKS.marks.length;
  for await (const one of parts.blocks(asCounts)) {
    for await (const { start, end, signal } of partsOf(one, width)) {
      for (let gene = start; gene < end; gene++) {
        const values = Array.from({ length: width }, (_, i) => signal[(gene - start) * width + i]!);
        found.set(`${one.cellType} ${one.genes[gene]}`, [...values, one.labels?.[gene] ?? NaN]);
      }
    }
  }
  return found;
}

async function collectWhole(path: string, asCounts = false): Promise<Map<string, number[]>> {
  const data = await readDataset(path);
  const labels = data.labels();
  return new Map(Array.from({ length: data.length }, (_, row) => {
    const values = asCounts ? data.countsOf(row) : data.signalOf(row);
    return [`${data.cellTypeOf(row)} ${data.geneOf(row)}`, [...values, labels[row]!]];
  }));
}

Deno.test("an npz file is read cell type by cell type, values and counts, and said to be what it is", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/a.npz`;
    const geneDetails = new Map([["Trp53", { symbol: "p53", tss: 5, strand: "+" as const }]]);
    const cellTypeGroups = new Map([["liver.1", "liver"], ["liver.2", "liver"]]);
    await writeBlocks(path, [block("liver.1"), block("liver.2"), block("lung", ["Trp53"])], {
      geneDetails,
      cellTypeGroups,
    });
    const parts = await openDataParts(path);
    deepStrictEqual(parts.cellTypes, ["liver.1", "liver.2", "lung"]);
    strictEqual(parts.hasCounts, true);
    for (const asCounts of [false, true]) {
      deepStrictEqual(await collect(parts, asCounts), await collectWhole(path, asCounts));
    }
    const { description } = parts;
    deepStrictEqual(description.record, TWO_MARKS);
    deepStrictEqual(description.geneDetails?.get("Trp53"), geneDetails.get("Trp53"));
    deepStrictEqual(description.cellTypeGroups?.get("liver.2"), "liver");
  });
});

Deno.test("counts that a later cell type does not have end the reading of counts, not of values", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/a.npz`;
    const logarithms = (one: CompetitionBlock) => ({
      ...one,
      signal: Array.from(one.signal, (count) => Math.fround(Math.log1p(count))),
    });
    const odd = { ...block("lung"), signal: Array.from(block("lung").signal, (_, i) => i / 7) };
    await writeBlocks(path, [logarithms(block("liver")), odd], { fromCounts: false });
    const parts = await openDataParts(path);
    await rejects(collect(parts, true), CountsUnknownError);
    deepStrictEqual(await collect(parts), await collectWhole(path));
  });
});

Deno.test("joined data have the cell types of all; what contradicts another is refused with its name", async () => {
  await withDirectory(async (directory) => {
    const [a, b] = [`${directory}/a.npz`, `${directory}/b.npz`];
    await writeBlocks(a, [block("liver"), block("lung")]);
    const detail = (tss: number) => new Map([["Trp53", { tss }]]);
    const open = async (
      options: Partial<WriteCompetitionOptions>,
      blocks = [block("kidney", ["Trp53"])],
    ) => {
      await writeBlocks(b, blocks, options);
      return joinDataParts([await openDataParts(a), await openDataParts(b)]);
    };
    const joined = await open({});
    deepStrictEqual(joined.cellTypes, ["liver", "lung", "kidney"]);
    deepStrictEqual(
      await collect(joined),
      new Map([...await collectWhole(a), ...await collectWhole(b)]),
    );
    const refused = async (options: Partial<WriteCompetitionOptions>, message: RegExp) =>
      await rejects(open(options), { name: "ContractError", message });
    await refused(
      { record: { ...TWO_MARKS, assembly: "mm39" } },
      /Cannot join .*a\.npz and .*b\.npz: assembly of their data records is "hg19" and "mm39"/,
    );
    await refused(
      { record: { ...TWO_MARKS, marks: ["H3K4me3", "H3K27ac"] } },
      /marks of their data/,
    );
    await rejects(open({}, [block("lung")]), /cell type "lung" is in more than one of them/);
    await writeBlocks(a, [block("liver")], { geneDetails: detail(5) });
    await refused({ geneDetails: detail(6) }, /they differ in what they say of gene Trp53/);
    await open({ geneDetails: detail(5) });
    // Where the data come from may differ.
    await open({ geneDetails: detail(5), record: { ...TWO_MARKS, source: "elsewhere" } });
  });
});

Deno.test("a text names several paths unless it is one itself", async () => {
  await withDirectory(async (directory) => {
    deepStrictEqual(await splitDataPaths("a.npz, b.npz"), ["a.npz", "b.npz"]);
    deepStrictEqual(await splitDataPaths("a.npz"), ["a.npz"]);
    const path = `${directory}/a,b.npz`;
    await Deno.writeTextFile(path, "");
    deepStrictEqual(await splitDataPaths(path), [path]);
    deepStrictEqual(await splitDataPaths("https://x.org/a,b.npz"), ["https://x.org/a,b.npz"]);
    ok((await splitDataPaths(`${directory}/c,d`)).length === 2);
  });
});
