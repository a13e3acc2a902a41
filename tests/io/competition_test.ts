import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { bytesSource } from "../../src/files/byte_source.ts";
import type { PackedColumns } from "../../src/io/columns.ts";
import { readCompetition, type ReadCompetitionOptions } from "../../src/io/competition.ts";
import { writeCompetition } from "../../src/io/competition_writer.ts";
import type { NpzMemberData } from "../../src/io/npz_writer.ts";
import { type DataRecord, DEEPCHROME_RECORD } from "../../src/record.ts";
import { runNumpy, testWith } from "../helpers/require.ts";
import { collect, npzBytes, withDirectory } from "./_npz_helpers.ts";

const RECORD = { ...DEEPCHROME_RECORD, marks: ["H3K4me3", "H3K9me3"] };

/** The values of a valid member of 2 genes, 3 bins and 2 marks, with the columns id, mark, mark, label. */
function rows(): number[] {
  return [
    [5, 1, 2, -0.5],
    [5, 3, 4, -0.5],
    [5, 5, 6, -0.5],
    [9, 7, 8, 2.25],
    [9, 9, 10, 2.25],
    [9, 11, 12, 2.25],
  ].flat();
}

function member(values: number[], name = "E003", shape = [2, 3, 4]): NpzMemberData {
  return { name, dtype: "float64", shape, data: Float64Array.from(values) };
}

async function read(
  members: NpzMemberData[],
  options: ReadCompetitionOptions = { record: RECORD },
): Promise<PackedColumns> {
  return await readCompetition(bytesSource(await npzBytes(members), "train.npz"), options);
}

Deno.test("rows become columns: signal, labels, genes and cell types in the file's order", async () => {
  const second = rows().map((value) => value === 5 ? 115459 : value);
  const columns = await read([member(rows(), "E065"), member(second, "E004")]);
  deepStrictEqual({ ...columns, signal: [...columns.signal] }, {
    signal: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 115459, 6, 7, 8, 9, 10, 11, 12],
    labels: new Float64Array([-0.5, 2.25, -0.5, 2.25]),
    cellTypes: ["E065", "E004"],
    cellTypeIndex: new Uint32Array([0, 0, 1, 1]),
    genes: ["ENSG00000000005", "ENSG00000000009", "ENSG00000115459"],
    geneIndex: new Uint32Array([0, 1, 2, 1]),
    bins: 3,
    record: RECORD,
  });
});

Deno.test("a file without the label column has no labels", async () => {
  const unlabelled = rows().filter((_, i) => i % 4 !== 3);
  const { labels, signal } = await read([member(unlabelled, "E003", [2, 3, 3])]);
  strictEqual(labels, undefined);
  deepStrictEqual([...signal], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
});

Deno.test("members of any dtype, and of different dtypes, are read alike", async () => {
  const whole = rows().map(Math.floor);
  const columns = await read([
    { name: "a", dtype: "int16", shape: [2, 3, 4], data: Int16Array.from(whole) },
    { name: "b", dtype: "int64", shape: [2, 3, 4], data: BigInt64Array.from(whole, BigInt) },
    { name: "c", dtype: "float32", shape: [2, 3, 4], data: Float32Array.from(whole) },
  ]);
  deepStrictEqual([...columns.labels ?? []], [-1, 2, -1, 2, -1, 2]);
  deepStrictEqual([...columns.signal.slice(0, 12)], [...columns.signal.slice(12, 24)]);
  deepStrictEqual([...columns.signal.slice(0, 12)], [...columns.signal.slice(24)]);
});

Deno.test("the cell types that are asked for keep the file's order", async () => {
  const members = ["E3", "E1", "E2"].map((name) => member(rows(), name));
  const { cellTypes } = await read(members, { record: RECORD, cellTypes: ["E2", "E3"] });
  deepStrictEqual(cellTypes, ["E3", "E2"]);
  await rejects(
    read(members, { record: RECORD, cellTypes: ["E2", "E9", "E8"] }),
    /RangeError: Cannot read cell types E9, E8: train\.npz has E3, E1, E2/,
  );
  await rejects(read(members, { record: RECORD, cellTypes: [] }), /found an empty list/);
});

Deno.test("rows that straddle the pieces of a large member arrive whole, with progress", async () => {
  const genes = 3000;
  const values = new Float64Array(genes * 100 * 7);
  for (let i = 0; i < values.length; i++) {
    const gene = Math.floor(i / 700);
    values[i] = i % 7 === 0 ? gene + 1000 : i % 7 === 6 ? -gene : (i * 31) % 1009;
  }
  const large: NpzMemberData = {
    name: "E1",
    dtype: "float64",
    shape: [genes, 100, 7],
    data: values,
  };
  for (const compress of [false, true]) {
    const progress: number[] = [];
    const columns = await readCompetition(bytesSource(await npzBytes([large], { compress })), {
      onProgress: ({ done, total }) => {
        strictEqual(total, genes);
        progress.push(done);
      },
    });
    const counts = values.filter((_, i) => i % 7 > 0 && i % 7 < 6);
    ok(columns.signal instanceof Uint16Array);
    deepStrictEqual(Float64Array.from(columns.signal), counts);
    deepStrictEqual([columns.genes[2999], columns.labels?.[2999]], ["ENSG00000003999", -2999]);
    deepStrictEqual(progress, progress.toSorted((a, b) => a - b));
    ok(progress.length > 3 && progress.at(-1) === genes);
  }
});

Deno.test("an impossible value is refused with cell type, row, bin and mark", async () => {
  const cases: [number, number, RegExp][] = [
    [5, NaN, /row 0 .*gene 5, bin 1, H3K4me3 is NaN, expected a finite count >= 0/],
    [22, -1, /row 1 .*gene 9, bin 2, H3K9me3 is -1/],
    [1, Infinity, /gene 5, bin 0, H3K4me3 is Infinity/],
    [0, 5.5, /row 0 .*gene id is 5\.5, expected an integer/],
    [0, -5, /gene id is -5, expected an integer/],
    [12, NaN, /row 1 .*gene id is NaN/],
    [8, 6, /gene id is 5 in bin 0 and 6 in bin 2/],
    [8, NaN, /gene id is 5 in bin 0 and NaN in bin 2/],
    [7, 3, /labels differ between bins of gene 5: -0\.5 in bin 0, 3 in 1/],
    [3, NaN, /row 0 .*gene 5, bin 0, label is NaN/],
    [19, Infinity, /gene 9, bin 1, label is Infinity/],
  ];
  for (const [at, value, message] of cases) {
    const spoilt = rows().with(at, value);
    await rejects(read([member(rows(), "E1"), member(spoilt, "E2")]), (error: Error) => {
      strictEqual(error.name, "FormatError");
      return message.test(error.message) && /member "E2".*\(train\.npz\)$/.test(error.message);
    }, `value ${at}`);
  }
});

Deno.test("a gene may appear only once in a cell type", async () => {
  const twice = rows().map((value, i) => i % 4 === 0 ? 5 : value);
  await rejects(read([member(twice)]), /member "E003": row 1 .*gene 5 appears twice/);
});

Deno.test("members of a wrong shape are refused before any is read", async () => {
  const good = member(rows(), "E1");
  const cases: [NpzMemberData, RegExp][] = [
    [member(rows(), "E2", [2, 12]), /"E2": shape is \[2, 12\], expected \[genes, bins, columns\]/],
    [
      member(rows(), "E2", [4, 3, 2]),
      /shape is \[4, 3, 2\], expected 4 columns \(gene id, H3K4me3/,
    ],
    [member(rows(), "E2", [3, 2, 4]), /\[3, 2, 4\], expected \[genes, 3, 4\] as in "E1"/],
    [member(rows().slice(6), "E2", [2, 3, 3]), /\[2, 3, 3\], expected \[genes, 3, 4\] as in "E1"/],
    [member([], "E2", [0, 3, 4]), /"E2": shape is \[0, 3, 4\]: the cell type has no rows/],
    [member([], "E2", [2, 0, 4]), /the genes have no bins/],
  ];
  for (const [odd, message] of cases) {
    await rejects(read([good, odd]), (error: Error) => {
      strictEqual(error.name, "FormatError");
      return message.test(error.message);
    });
  }
  await rejects(read([]), /found no members, expected one for each cell type/);
});

Deno.test("the record is that of the caller, or else of the file, or else of the competition", async () => {
  const block = { cellType: "E003", genes: ["7"], signal: [1, 2, 3, 4] };
  const written = await collect((sink) => writeCompetition(sink, [block], { record: RECORD }));
  deepStrictEqual((await readCompetition(bytesSource(written))).record, RECORD);
  const other = { ...RECORD, marks: ["a", "b"] };
  deepStrictEqual((await readCompetition(bytesSource(written), { record: other })).record, other);
  for (const comment of ["", "{}", "null", "hand-made {", "3"]) {
    const bytes = await npzBytes([member([7, 1, 2, 3, 4, 5, 0], "E003", [1, 1, 7])], { comment });
    deepStrictEqual((await readCompetition(bytesSource(bytes))).record, DEEPCHROME_RECORD);
  }
  const broken = await npzBytes([member(rows())], { comment: '{"histone": {"assembly": 3}}' });
  await rejects(readCompetition(bytesSource(broken, "x.npz")), /data record: assembly .*x\.npz/);
});

Deno.test("without a record, a label does not count as a mark", async () => {
  const odd = (last: (gene: number, bin: number) => number) =>
    Float64Array.from({ length: 2 * 3 * 6 }, (_, i) => {
      const [gene, bin] = [Math.floor(i / 18), Math.floor(i / 6) % 3];
      return i % 6 === 0 ? gene + 1 : i % 6 === 5 ? last(gene, bin) : i % 4;
    });
  const readOdd = async (last: (gene: number, bin: number) => number, record?: DataRecord) =>
    await read([{ name: "E1", dtype: "float64", shape: [2, 3, 6], data: odd(last) }], { record });
  await rejects(
    readOdd((gene) => gene + 0.5),
    /its last column is the same in all bins of every gene/,
  );
  // Counts, no reads at all, and a record that somebody gives.
  strictEqual((await readOdd((_, bin) => bin)).labels, undefined);
  strictEqual((await readOdd(() => 0)).labels, undefined);
  strictEqual((await readOdd((gene) => gene + 0.5, DEEPCHROME_RECORD)).labels, undefined);
});

testWith("numpy", "files of numpy are read, stored or deflated", async () => {
  await withDirectory(async (directory) => {
    const made = `
import sys
import numpy as np
a = np.zeros((3, 100, 7), dtype=sys.argv[2])
a[:, :, 0] = np.array([115459, 3, 20])[:, None]
a[:, :, 1:6] = np.arange(1500).reshape(3, 100, 5)
a[:, :, 6] = np.array([-3.5, 0.25, 6])[:, None]
save = np.savez if sys.argv[3] == "stored" else np.savez_compressed
save(sys.argv[1], E065=a, E004=a[::-1] if sys.argv[3] == "stored" else np.asfortranarray(a[::-1]))
`;
    for (const dtype of ["<f8", ">f4"]) {
      for (const kind of ["stored", "deflated"]) {
        const path = `${directory}/${kind}.npz`;
        await runNumpy(made, [path, dtype, kind]);
        const columns = await readCompetition(path);
        deepStrictEqual(columns.cellTypes, ["E065", "E004"]);
        deepStrictEqual(columns.genes, ["ENSG00000115459", "ENSG00000000003", "ENSG00000000020"]);
        deepStrictEqual([...columns.geneIndex], [0, 1, 2, 2, 1, 0]);
        deepStrictEqual([...columns.labels ?? []], [-3.5, 0.25, 6, 6, 0.25, -3.5]);
        deepStrictEqual(
          [...columns.signal.slice(0, 1500)],
          Array.from({ length: 1500 }, (_, i) => i),
        );
        deepStrictEqual(columns.signal.slice(2500), columns.signal.slice(0, 500));
      }
    }
  });
});
