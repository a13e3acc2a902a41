import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import {
  alignPredictions,
  readPredictions,
  type Submission,
  submissionId,
  writeSubmission,
} from "../../src/io/submission.ts";
import { runNumpy, testWith } from "../helpers/require.ts";
import { textSource } from "../helpers/text_source.ts";

async function written(submission: Submission): Promise<string> {
  const chunks: Uint8Array[] = [];
  await writeSubmission(
    new WritableStream({ write: (chunk) => void chunks.push(chunk) }),
    submission,
  );
  return await new Blob(chunks as Uint8Array<ArrayBuffer>[]).text();
}

function rowIds(count: number): string[] {
  return Array.from({ length: count }, (_, row) => `E${row % 56}_${row}`);
}

Deno.test("a row's id holds the gene's Ensembl number, or else its whole identifier", () => {
  strictEqual(submissionId("E065", "115459"), "E065_id.115459");
  strictEqual(submissionId("E065", "ENSG00000000003.15_7"), "E065_3");
  strictEqual(submissionId("E065", "000003"), "E065_id.000003");
  strictEqual(submissionId("E065", "ENSG00000115459"), "E065_115459");
  strictEqual(submissionId("E065", "ENSMUSG00000000001.4"), "E065_ENSMUSG00000000001");
  strictEqual(submissionId("E065", "TP53"), "E065_TP53");
  strictEqual(submissionId("E065", "99999999999999999999"), "E065_id.99999999999999999999");
});

Deno.test("a submission is the header and one line for each row, with numbers as short as float32 allows", async () => {
  const predictions = Float32Array.of(0.1, -0.25, 3, 1e-9, 1 / 3, -0);
  strictEqual(
    await written({ ids: ["a", "b", "c", "d", "e", "f"], predictions }),
    "id,expression\na,0.1\nb,-0.25\nc,3\nd,1e-9\ne,0.33333334\nf,0\n",
  );
});

Deno.test("every float32 comes back from a submission exactly", async () => {
  const floats = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 });
  await fc.assert(fc.asyncProperty(floats, async (values) => {
    const ids = rowIds(values.length);
    const file = await readPredictions(textSource(await written({ ids, predictions: values })));
    deepStrictEqual(file.ids, ids);
    // Zero loses its sign.
    deepStrictEqual([...Float32Array.from(file.values)], values.map((value) => value + 0));
  }));
});

Deno.test("the full layout's 177,032 rows are written and read in order", async () => {
  const ids = rowIds(177_032);
  const predictions = Float32Array.from(ids, (_, row) => Math.sin(row) * 7);
  const text = await written({ ids, predictions });
  strictEqual(text.split("\n").length, 177_032 + 2);
  const file = await readPredictions(textSource(text));
  deepStrictEqual(file.ids, ids);
  ok(alignPredictions(ids, file).every((value, row) => Math.fround(value) === predictions[row]));
});

Deno.test("a submission with an invalid row is refused before anything is written", async () => {
  const refused = async (submission: Submission, expected: { name: string; message: RegExp }) => {
    const calls: string[] = [];
    const sink = new WritableStream<Uint8Array>({
      write: () => void calls.push("write"),
      close: () => void calls.push("close"),
      abort: () => void calls.push("abort"),
    });
    await rejects(writeSubmission(sink, submission), expected);
    deepStrictEqual(calls, ["abort"]);
  };
  for (const value of [NaN, Infinity, 1e39]) {
    await refused({ ids: ["E003_1", "E003_2"], predictions: [0, value] }, {
      name: "RangeError",
      message: /row 1 \(E003_2\) is/,
    });
  }
  await refused({ ids: ["a"], predictions: [] }, { name: "TypeError", message: /0 predictions/ });
  for (const id of ["", "a,b", 'a"', "a\n"]) {
    await refused({ ids: ["c", id], predictions: [1, 2] }, {
      name: "TypeError",
      message: /id of row 1 is ".*", expected a string without comma/,
    });
  }
  const twice = { ids: ["a", "b", "a"], predictions: [1, 2, 3] };
  await refused(twice, {
    name: "TypeError",
    message: /row 2 is "a", which an earlier row has too/,
  });
  await refused({ ids: [], predictions: [] }, { name: "TypeError", message: /no rows/ });
});

Deno.test("an error of the sink is passed on", async () => {
  const sink = new WritableStream<Uint8Array>({
    write: () => {
      throw new Error("disk full");
    },
  });
  await rejects(writeSubmission(sink, { ids: ["a"], predictions: [1] }), /disk full/);
});

const BAD: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
  "nothing": ["", /the file is empty/],
  "a header only": ["id,expression\n", /there is a header only/],
  "another header": ["id,value\na,1\n", /header is "id,value", expected "id,expression".*line 1/],
  "no header": ["a,1\n", /header is "a,1"/],
  "names of rows": ['"","id","expression"\n"1","a",1\n', /without names of rows: row.names/],
  "a quote that is not closed": ['id,expression\n"a,1\n', /line is ""a,1"/],
  "text after a quote": ['id,expression\n"a"b,1\n', /line is ""a"b,1"/],
  "an empty id in quotes": ['id,expression\n"",1\n', /line is """,1"/],
  "one column": ["id,expression\na,1\nb", /line is "b", .*line 3\)$/],
  "three columns": ["id,expression\na,1,2", /line is "a,1,2"/],
  "an empty id": ["id,expression\n,1", /line is ",1"/],
  "an empty value": ["id,expression\na,\nb,1", /line is "a,".*line 2\)$/],
  "a value that is NaN": ["id,expression\na,nan", /line is "a,nan"/],
};

const QUOTED: Readonly<Record<string, string>> = {
  "as R's write.csv quotes it": '"id","expression"\n"a_1",-0.5\n"b ""x"", y_2",2e1\n',
  "with every field in quotes": '"id","expression"\r\n"a_1","-0.5"\r\n"b ""x"", y_2","20"',
  "separated by tabs": 'id\texpression\na_1\t-0.5\n"b ""x"", y_2"\t20\n',
  "with a byte order mark": '\ufeffid,expression\n"a_1",-0.5\n"b ""x"", y_2",20\n',
};

for (const [what, text] of Object.entries(QUOTED)) {
  Deno.test(`a file of predictions ${what} is read`, async () => {
    const { ids, values } = await readPredictions(textSource(text));
    deepStrictEqual(ids, ["a_1", 'b "x", y_2']);
    deepStrictEqual([...values], [-0.5, 20]);
  });
}

for (const [what, [text, message]] of Object.entries(BAD)) {
  Deno.test(`a file of predictions with ${what} is refused`, async () => {
    await rejects(readPredictions(textSource(text)), { name: "FormatError", message });
  });
}

Deno.test("aligning finds each row's value and names the first missing or repeated id", () => {
  const file = { ids: ["a", "b", "c"], values: Float64Array.of(1, 2, 3) };
  deepStrictEqual([...alignPredictions(["c", "a"], file)], [3, 1]);
  throws(() => alignPredictions(["a", "x", "y"], file), {
    name: "ContractError",
    message: /no value for "x", row 1 of the data; the predictions have ids such as "a"$/,
  });
  const repeated = { ids: ["a", "b", "b"], values: Float64Array.of(1, 2, 3) };
  throws(() => alignPredictions(["a"], repeated), {
    name: "ContractError",
    message: /"b" appears/,
  });
  throws(() => alignPredictions(["x"], { ...file, file: "y.csv" }, { what: "labels" }), {
    message:
      'Cannot align labels: no value for "x", row 0 of the data (y.csv); the labels have ids such as "a"',
  });
});

testWith("numpy", "numpy reads a submission's numbers back as the same float32", async () => {
  const predictions = Float32Array.of(1e-9, 1e-45, 3.4028235e38, -1 / 3, 16777216, 1e21, 0.1);
  const text = await written({ ids: rowIds(predictions.length), predictions });
  const program = `
import io, sys
import numpy as np
table = np.loadtxt(io.StringIO(sys.argv[1]), delimiter=",", skiprows=1, usecols=1)
print(",".join(str(bits) for bits in table.astype(np.float32).view(np.uint32)))`;
  const bits = (await runNumpy(program, [text])).trim().split(",").map(Number);
  deepStrictEqual(Uint32Array.from(bits), new Uint32Array(predictions.buffer));
});

Deno.test("a very long value that is not a number is refused in linear time", async () => {
  // Trying every way to split the digits would take hours.
  const text = `id,expression\nE065_3,${"9".repeat(1_000_000)}x\n`;
  await rejects(readPredictions(textSource(text, "labels.csv")), {
    name: "FormatError",
    line: 2,
  });
});

Deno.test("rows with the same id are not given the same value", () => {
  const file = { ids: ["T_cell_SYM"], values: Float64Array.of(50) };
  const ids = [submissionId("T", "cell_SYM"), submissionId("T_cell", "SYM")];
  throws(() => alignPredictions(ids, file), {
    name: "ContractError",
    message: /rows of two genes or cell types have id "T_cell_SYM"/,
  });
});
