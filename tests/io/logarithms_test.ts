/** Files that hold ln(1 + count), as the competition's do: kept as counts, with the file's values given back. */

import { deepStrictEqual, doesNotMatch, match, ok, rejects, strictEqual } from "node:assert";
import { bytesSource } from "../../src/files/byte_source.ts";
import type { PackedColumns } from "../../src/io/columns.ts";
import { readCompetition, type ReadCompetitionOptions } from "../../src/io/competition.ts";
import { openNpz } from "../../src/io/npz.ts";
import type { NpzMemberData } from "../../src/io/npz_writer.ts";
import { decodeValues } from "../../src/io/signal_values.ts";
import { FormatError } from "../../src/errors.ts";
import {
  COMPETITION_RECORD,
  type DataRecord,
  DEEPCHROME_RECORD,
  type Transform,
} from "../../src/record.ts";
import { digestColumns } from "../helpers/digest_columns.ts";
import { runNumpy, sharedFile, testWith } from "../helpers/require.ts";
import { npzBytes, withDirectory } from "./_npz_helpers.ts";

const [GENES, BINS] = [40, 10];
/** As many counts as a member has values of signal. */
const COUNTS = Array.from({ length: GENES * BINS * 5 }, (_, i) => i * 7919 % 300);
const NUMPY_SIX = 1.9459102153778076; // float32(log1p(6)) by numpy is one unit above the rounded 1.9459100961685181.

/** A member whose values of signal are these, `[gene, bin, mark]`. */
function member(
  signal: readonly number[],
  { name = "E003", dtype = "float32", firstGene = 1 }: {
    readonly name?: string;
    readonly dtype?: "float32" | "float64" | "float16" | "int16";
    readonly firstGene?: number;
  } = {},
): NpzMemberData {
  const rows = Array.from({ length: GENES * BINS * 7 }, (_, i) => {
    const [gene, bin, column] = [Math.floor(i / (BINS * 7)), Math.floor(i / 7) % BINS, i % 7];
    if (column === 0) return firstGene + gene;
    return column === 6 ? gene % 5 : signal[(gene * BINS + bin) * 5 + column - 1]!;
  });
  const data = dtype === "float64"
    ? Float64Array.from(rows)
    : dtype === "int16"
    ? Int16Array.from(rows)
    : Float32Array.from(rows);
  return { name, dtype, shape: [GENES, BINS, 7], data };
}

async function read(
  members: NpzMemberData[],
  options?: ReadCompetitionOptions,
): Promise<PackedColumns & { readonly notes: readonly string[] }> {
  const notes: string[] = [];
  const onNote = (text: string) => notes.push(text);
  const source = bytesSource(await npzBytes(members), "x.npz");
  return { ...await readCompetition(source, { onNote, ...options }), notes };
}

/** The values of a signal, as they were in the file. */
function valuesOf({ signal, signalValues }: PackedColumns): number[] {
  return Array.from(decodeValues(signal, signalValues));
}

const log = (count: number) => Math.fround(Math.log1p(count));

Deno.test("logarithms of counts are kept as counts of two bytes at most, and come back exactly", async () => {
  for (const dtype of ["float32", "float64"] as const) {
    const values = COUNTS.map(dtype === "float32" ? log : Math.log1p);
    const columns = await read([member(values, { dtype })]);
    deepStrictEqual(columns.signal, Uint16Array.from(COUNTS));
    deepStrictEqual(valuesOf(columns), values);
    deepStrictEqual(columns.record, COMPETITION_RECORD);
    deepStrictEqual(columns.notes, [
      "No data record: its values are taken for ln(1 + count) (--record names another)",
    ]);
  }
  const small = await read([member(COUNTS.map((count) => log(count % 256)))]);
  deepStrictEqual(small.signal, Uint8Array.from(COUNTS, (count) => count % 256));
});

Deno.test("last bits that were rounded in another way are kept", async () => {
  const values = COUNTS.map((count) => count % 7 === 6 ? NUMPY_SIX : log(count % 7));
  const columns = await read([member(values)]);
  deepStrictEqual(columns.signal, Uint8Array.from(COUNTS, (count) => count % 7));
  deepStrictEqual(valuesOf(columns), values);
});

Deno.test("counts and files without a record whose values are integers are counts", async () => {
  for (const dtype of ["float32", "float64", "int16", "float16"] as const) {
    const columns = await read([member(COUNTS, { dtype, firstGene: 1 })]);
    deepStrictEqual([columns.record, columns.signalValues], [DEEPCHROME_RECORD, undefined]);
    deepStrictEqual(columns.signal, Uint16Array.from(COUNTS));
    match(columns.notes.join(), /^No data record: its values are taken for counts \(--record/);
  }
  const zeros = await read([member(COUNTS.map(() => 0))]);
  deepStrictEqual([zeros.record, zeros.signalValues], [DEEPCHROME_RECORD, undefined]);
});

Deno.test("zeros and sparse blocks stand among logarithms as well as among counts", async () => {
  const zeros = member(COUNTS.map(() => 0), { name: "E001" });
  const logs = member(COUNTS.map(log));
  for (const members of [[zeros, logs], [logs, zeros]]) {
    const columns = await read(members);
    strictEqual(columns.record.transform, "log1p");
    ok(columns.signal instanceof Uint16Array && columns.signalValues instanceof Float32Array);
  }
  const counts = await read([zeros, member(COUNTS)]);
  deepStrictEqual([counts.record, counts.signalValues], [DEEPCHROME_RECORD, undefined]);
});

/** Files in which counts cannot be told from the values: the last value decides, long after the first. */
const MIXED: readonly (readonly [string, NpzMemberData[]])[] = [
  ["a value that is no logarithm", [member([...COUNTS.map(log).slice(0, -1), 0.3])]],
  ["a count above 65,535", [member([...COUNTS.map(log).slice(0, -1), log(70_000)])]],
  ["plain counts in another cell type", [
    member(COUNTS.map(log)),
    member(COUNTS.map((count) => count % 9), { name: "E004" }),
  ]],
  ["logarithms after plain counts", [
    member(COUNTS.map((count) => count % 9)),
    member(COUNTS.map(log), { name: "E004" }),
  ]],
  ["logarithms after other numbers", [
    member(COUNTS.map((count) => count / 8)),
    member(COUNTS.map(log), { name: "E004" }),
  ]],
  ["two roundings of one count in one cell type", [
    member([NUMPY_SIX, ...COUNTS.map((count) => log(count % 7)).slice(1)]),
  ]],
  ["two roundings of one count in two cell types", [
    member(COUNTS.map((count) => log(count % 7))),
    member(COUNTS.map((count) => count % 7 === 6 ? NUMPY_SIX : log(count % 7)), { name: "E004" }),
  ]],
  ["half precision", [member(COUNTS.map(log), { dtype: "float16" })]],
];

for (const [what, members] of MIXED) {
  Deno.test(`with ${what} the values are kept as they are, on one thread and on two`, async () => {
    const expected: number[] = [];
    for (const { name } of members) {
      const npz = await openNpz(bytesSource(await npzBytes(members)));
      const values: number[] = [];
      for await (const piece of npz.numbers(name)) values.push(...piece);
      expected.push(...values.filter((_, i) => i % 7 > 0 && i % 7 < 6));
    }
    const record = COMPETITION_RECORD;
    for (const threads of [1, 2]) {
      const columns = await read(members, { threads, record });
      strictEqual(columns.signalValues, undefined);
      ok(columns.signal instanceof Float32Array);
      deepStrictEqual(Array.from(columns.signal), expected);
    }
  });
}

Deno.test("threads make no difference to logarithms", async () => {
  const members = ["a", "b", "c"].map((name, i) =>
    member(COUNTS.map((count) => log(count + 100 * i)), { name })
  );
  const [one, three] = await Promise.all([1, 3].map((threads) => read(members, { threads })));
  deepStrictEqual(digestColumns(three!), digestColumns(one!));
  strictEqual(one!.signalValues?.length, 65_536);
});

Deno.test("values too large for logarithms are taken as they are, and the note says so", async () => {
  const { record, notes } = await read([member(COUNTS.map((count) => count / 2))]);
  deepStrictEqual(record, DEEPCHROME_RECORD);
  match(notes.join(), /taken as they are, since some are too large for logarithms \(/);
});

Deno.test("counts in some cell types and logarithms in others are refused", async () => {
  const counts = COUNTS.map((count) => count * 3);
  for (
    const columns of [[counts, COUNTS.map(log)], [
      COUNTS.map(log),
      COUNTS.map(() => 0),
      counts,
    ]]
  ) {
    const members = columns.map((values, i) => member(values, { name: `c${i}` }));
    await rejects(
      read(members),
      /cell type "c\d" has integers, as counts are, and "c\d" has ln\(1 \+ count\), expected one .*\(x\.npz\)$/,
    );
  }
  // Few values, and cell types of other numbers, prove nothing.
  const few = COUNTS.map((count, i) => i === 5 ? 2 : 0 * count);
  for (const other of [few, COUNTS.map((count) => count / 2), COUNTS.map(() => 0)]) {
    const members = [other, COUNTS.map(log)].map((values, i) => member(values, { name: `c${i}` }));
    await read(members);
  }
});

Deno.test("counts of some marks and logarithms of others give a warning", async () => {
  const warningsOf = async (valueOf: (count: number, mark: number) => number) => {
    const warnings: string[] = [];
    const values = COUNTS.map((count, i) => valueOf(count, i % 5));
    await read([member(values)], { onWarning: (text) => warnings.push(text) });
    return warnings;
  };
  // What else is odd about the values is said, too.
  const [warning] = await warningsOf((count, mark) => mark === 2 ? count % 7 : log(count));
  match(
    warning!,
    /^x\.npz: mark H3K4me1 has integers, as counts are, and H3K27me3 has ln\(1 \+ count\): /,
  );
  for (const other of [0, 0.5]) {
    const warnings = await warningsOf((count, mark) => mark === 2 ? count % 2 * other : log(count));
    doesNotMatch(warnings.join(), /integers, as counts are/);
  }
});

Deno.test("a record that is given or stands in the file decides, and there is no note", async () => {
  const logs = [member(COUNTS.map(log))];
  const record: DataRecord = { ...DEEPCHROME_RECORD, transform: "asinh" };
  const { signal, signalValues, notes, ...columns } = await read(logs, { record });
  deepStrictEqual([columns.record, signalValues, notes], [record, undefined, []]);
  ok(signal instanceof Float32Array);
  const given = await read(logs, { record: COMPETITION_RECORD });
  deepStrictEqual([given.notes, given.signal instanceof Uint16Array], [[], true]);
});

Deno.test("a record that contradicts the values is refused with the file's name", async () => {
  const refuse = async (values: readonly number[], transform: Transform, message: RegExp) => {
    const record = { ...DEEPCHROME_RECORD, transform };
    await rejects(read([member(values)], { record }), (error) => {
      ok(error instanceof FormatError && error.file === "x.npz");
      match(error.message, message);
      return true;
    });
  };
  const [logs, halves] = [COUNTS.map(log), COUNTS.map((count) => count / 2)];
  await refuse(
    logs,
    "none",
    /transform "none"\), but every value is ln\(1 \+ count\) of an integer/,
  );
  for (const transform of ["log1p", "asinh"] as const) {
    await refuse(COUNTS, transform, /was applied, but all values are integers, as only counts are/);
    await refuse(halves, transform, /was applied, but \d+(\.5)? is more than that makes/);
    const zeros = await read([member(COUNTS.map(() => 0))], {
      record: { ...DEEPCHROME_RECORD, transform },
    });
    strictEqual(zeros.record.transform, transform);
  }
});

Deno.test("an impossible value among logarithms is refused with its place", async () => {
  for (const bad of [-0.5, NaN, Infinity]) {
    const values = COUNTS.map(log);
    values[57 * 5 + 2] = bad;
    await rejects(read([member(values)]), {
      name: "FormatError",
      message: new RegExp(
        `row 5 \\(rows and bins from 0\\): gene 6, bin 7, H3K4me1 is ${bad}, expected a finite count`,
      ),
    });
  }
});

testWith(
  "numpy",
  "logarithms by numpy of all counts are recovered, in each way of taking them",
  async () => {
    await withDirectory(async (directory) => {
      await runNumpy(
        `
import sys
import numpy as np
counts = np.concatenate([np.arange(65536), np.zeros(64)]).reshape(1, 13120, 5)
ways = {
    "log1p32": lambda x: np.log1p(x.astype(np.float32)),
    "log32": lambda x: np.log(x.astype(np.float32) + np.float32(1)),
    "rounded": lambda x: np.log1p(x.astype(np.float64)).astype(np.float32),
    "log1p64": lambda x: np.log1p(x.astype(np.float64)),
    "log64": lambda x: np.log(x.astype(np.float64) + 1),
    "log2": lambda x: np.log2(x.astype(np.float64) + 1) * np.log(2),
}
for name, way in ways.items():
    values = way(counts)
    rows = np.zeros((1, 13120, 7), values.dtype)
    rows[:, :, 0] = 3
    rows[:, :, 1:6] = values
    np.savez(f"{sys.argv[1]}/{name}.npz", E003=rows)
    np.save(f"{sys.argv[1]}/{name}.npy", values)
`,
        [directory],
      );
      for (const way of ["log1p32", "log32", "rounded", "log1p64", "log64", "log2"]) {
        const columns = await readCompetition(`${directory}/${way}.npz`);
        const { signal, signalValues, record } = columns;
        ok(signal instanceof Uint16Array && signalValues !== undefined, way);
        strictEqual(signal.findIndex((count, i) => count !== (i < 65_536 ? i : 0)), -1, way);
        const bytes = await Deno.readFile(`${directory}/${way}.npy`);
        const npz = signalValues instanceof Float32Array
          ? new Float32Array(bytes.buffer, 128)
          : new Float64Array(bytes.buffer, 128);
        strictEqual(npz.findIndex((value, i) => value !== signalValues[signal[i]!]), -1, way);
        strictEqual(record.transform, "log1p");
      }
    });
  },
);

testWith(
  "shared",
  "a real file is kept as the counts that were published, and gives its own values back",
  async () => {
    const logs = await readCompetition(sharedFile("data/real/counts_competition.npz"));
    const counts = await readCompetition(sharedFile("data/real/counts_log2.npz"));
    strictEqual(counts.record.transform, "none");
    strictEqual(logs.record.transform, "log1p");
    const { signal } = digestColumns(logs);
    strictEqual(signal, digestColumns(counts)["signal"]);
    const decoded = decodeValues(logs.signal, logs.signalValues);
    using npz = await openNpz(sharedFile("data/real/counts_competition.npz"));
    let at = 0;
    for (const cellType of logs.cellTypes) {
      let column = 0;
      for await (const piece of npz.numbers(cellType)) {
        for (const value of piece) {
          const place = column++ % 7;
          if (place > 0 && place < 6 && decoded[at++] !== value) throw new Error(`value ${at - 1}`);
        }
      }
    }
    strictEqual(at, decoded.length);
  },
);
