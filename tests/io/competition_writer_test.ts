import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { bytesSource } from "../../src/files/byte_source.ts";
import { readCompetition } from "../../src/io/competition.ts";
import { type CompetitionBlock, writeCompetition } from "../../src/io/competition_writer.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";
import { runNumpy, testWith } from "../helpers/require.ts";
import { collect, withDirectory } from "./_npz_helpers.ts";

const RECORD = { ...DEEPCHROME_RECORD, marks: ["H3K4me3", "H3K9me3"] };

Deno.test("a written file is read back equal, with and without labels, stored and deflated", async () => {
  async function* blocks(labelled: boolean): AsyncGenerator<CompetitionBlock> {
    await Promise.resolve();
    const labels = labelled ? { labels: [0.25, -1] } : {};
    yield {
      cellType: "B",
      genes: new Uint32Array([7, 5]),
      signal: [5, 1, 2, 0.5, 5, 3, 4, 0.5],
      ...labels,
    };
    yield {
      cellType: "A",
      genes: ["ENSG00000000005", "ENSG00000115459"],
      signal: new Uint8Array(8).fill(9),
      ...labels,
    };
  }
  const marks = ["m1", "m2"];
  const record = { ...RECORD, marks };
  for (const labelled of [true, false]) {
    for (const compress of [true, false]) {
      const bytes = await collect((sink) =>
        writeCompetition(sink, blocks(labelled), { record, compress })
      );
      const columns = await readCompetition(bytesSource(bytes));
      deepStrictEqual(
        columns.labels,
        labelled ? new Float64Array([0.25, -1, 0.25, -1]) : undefined,
      );
      deepStrictEqual([columns.bins, columns.cellTypes], [2, ["B", "A"]]);
      deepStrictEqual(columns.genes, ["ENSG00000000007", "ENSG00000000005", "ENSG00000115459"]);
      strictEqual(columns.geneDetails, undefined);
      deepStrictEqual([...columns.geneIndex], [0, 1, 1, 2]);
      strictEqual(columns.signal.length, 16);
    }
  }
});

Deno.test("blocks that the reader would refuse are not written", async () => {
  const good = { cellType: "E1", genes: ["1", "2"], signal: new Uint8Array(8), labels: [0, 1] };
  const cases: [CompetitionBlock, RegExp][] = [
    [{ ...good, signal: [1, 2, 3] }, /^TypeError: .*"E1": 3 values of signal, expected/],
    [{ ...good, signal: [] }, /^TypeError: .*0 values of signal/],
    [{ ...good, labels: [1] }, /^TypeError: .*1 labels, expected 2/],
    [{ ...good, genes: [] }, /^RangeError: .*no genes/],
    [{ ...good, genes: ["1", "1"] }, /^RangeError: .*gene "1" appears twice/],
    [
      { ...good, genes: ["ENSG00000000001.2", "ENSG00000000001.3"] },
      /"ENSG00000000001\.3" appears twice/,
    ],
    [{ ...good, genes: ["1", ""] }, /^RangeError: .*a gene id is empty/],
    [{ ...good, genes: ["1", "a\tb"] }, /^RangeError: .*"a\\tb" cannot be a cell of their table/],
    [{ ...good, cellType: "__genes__" }, /^RangeError: .*"__genes__" starts with "__"/],
    [
      { ...good, cellType: "x".repeat(201) },
      /^RangeError: .*has 201 characters, expected at most 200/,
    ],
    [{ ...good, cellType: "a\tb" }, /^RangeError: .*has control characters/],
    [{ ...good, signal: [0, 0, 0, 0, 0, 0, 0, -1] }, /^RangeError: .*gene 2 has a count or label/],
    [{ ...good, labels: [0, NaN] }, /^RangeError: .*gene 2 has a count or label/],
  ];
  for (const [block, message] of cases) {
    await rejects(writeCompetition(new WritableStream(), [block], { record: RECORD }), message);
  }
  const blocks = [good, { ...good, cellType: "E2", labels: undefined }];
  await rejects(
    writeCompetition(new WritableStream(), blocks, { record: RECORD }),
    /^TypeError: .*"E2": it has 2 bins and no labels, those before have 2 bins and labels/,
  );
});

testWith("numpy", "numpy reads a written file", async () => {
  await withDirectory(async (directory) => {
    const block = {
      cellType: "E1",
      genes: ["ENSG00000000020"],
      signal: [1, 2, 3, 4],
      labels: [0.5],
    };
    const bytes = await collect((sink) => writeCompetition(sink, [block], { record: RECORD }));
    await Deno.writeFile(`${directory}/ours.npz`, bytes);
    const program =
      "import numpy, sys; f = numpy.load(sys.argv[1]); print(f.files, f['E1'].tolist())";
    strictEqual(
      (await runNumpy(program, [`${directory}/ours.npz`])).trim(),
      "['E1'] [[[20.0, 1.0, 2.0, 0.5], [20.0, 3.0, 4.0, 0.5]]]",
    );
  });
});

Deno.test("a block that comes in parts is the same file, and parts of other lengths are refused", async () => {
  const whole = { cellType: "A", genes: ["ENSG00000000005", "ENSG00000115459", "ENSG00000000003"] };
  const signal = Uint16Array.from({ length: 12 }, (_, i) => i);
  const missingMarks = new Map<string, readonly string[]>();
  const write = (parts: readonly number[], cellType = "A") =>
    collect((sink) => {
      async function* signalParts() {
        let start = 0;
        for (const length of parts) {
          await Promise.resolve();
          yield signal.slice(start, start += length);
        }
      }
      const block = { ...whole, cellType, signalLength: 12, signalParts: signalParts() };
      return writeCompetition(sink, [block], { record: RECORD, missingMarks });
    });
  const wanted = await collect((sink) =>
    writeCompetition(sink, [{ ...whole, signal }], { record: RECORD })
  );
  for (const parts of [[12], [4, 8], [8, 4], [4, 4, 4]]) {
    deepStrictEqual(await write(parts), wanted);
  }
  await rejects(
    write([5, 7]),
    /a part of its signal has 5 values after 0, expected those of whole genes, 4 each/,
  );
  await rejects(write([4, 4]), /the parts of its signal have 8 values, expected 12/);
  await rejects(write([]), /the parts of its signal have 0 values, expected 12/);
  missingMarks.set("B", ["H3K9me3"]);
  await rejects(
    write([4, 8], "B"),
    /H3K9me3 was not measured, but its signal at gene ENSG00000000005 is 1/,
  );
});
