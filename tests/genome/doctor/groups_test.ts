/** What the doctor says of replicates that were kept apart, and of marks that were not measured. */

import { deepStrictEqual, match, ok } from "node:assert";
import { diagnoseSamples, examineSamples } from "../../../src/genome/doctor/examine.ts";
import type { SampleColumns } from "../../../src/io/columns.ts";
import { readCompetition } from "../../../src/io/competition.ts";
import { simulateColumns } from "../../../src/simulate/mod.ts";
import { duplicateCellTypes } from "../../helpers/grouped.ts";
import { plantMark, seededRandom, shuffled, valueOf } from "../../helpers/planted.ts";
import { sharedFile, testWith } from "../../helpers/require.ts";
import { packedSignal } from "../../helpers/packed.ts";

const SIZE = { cellTypes: 5, genes: 600, newCellTypes: 1, newGenes: 30, depthSpread: 0.1 };
const { train: SINGLE } = simulateColumns(SIZE);
const MARKS = SINGLE.record.marks;
const CELL_TYPES = SINGLE.cellTypes.length;
/** Each cell type twice, the second time with seven tenths of the reads: `E065.1`, `E004.1`, …, `E065.2`, …. */
const REPLICATES = thinSecond(duplicateCellTypes(SINGLE));

function thinSecond(columns: SampleColumns): SampleColumns {
  const random = seededRandom(5);
  const half = columns.signal.length / 2;
  const signal = Float64Array.from(packedSignal(columns), (count, i) => {
    if (i < half) return count;
    let kept = 0;
    for (let read = 0; read < count; read++) if (random() < 0.7) kept++;
    return kept;
  });
  return { ...columns, signal };
}

function withoutGroups({ cellTypeGroups: _, ...columns }: SampleColumns): SampleColumns {
  return columns;
}

/** The check and place of each finding. */
function summarise(columns: SampleColumns, test?: SampleColumns): string[] {
  return examineSamples(columns, { test }).map(({ check, where }) => `${check}: ${where}`);
}

/** Data in which two cell types have exchanged the files of some marks. */
function exchange(
  columns: SampleColumns,
  marks: readonly string[],
  [a, b]: readonly [number, number],
): SampleColumns {
  return marks.reduce((data, mark) => {
    const first = plantMark(data, [mark, a], (_, at) => valueOf(columns, [mark, b], at));
    return plantMark(first, [mark, b], (_, at) => valueOf(columns, [mark, a], at));
  }, columns);
}

/** Data in which a cell type has no signal of a mark, which was not measured there. */
function leaveOut(columns: SampleColumns, pairs: readonly [string, number][]): SampleColumns {
  const markMask = new Uint8Array(columns.cellTypes.length * MARKS.length).fill(1);
  const data = pairs.reduce((data, [mark, cellType]) => {
    markMask[cellType * MARKS.length + MARKS.indexOf(mark)] = 0;
    return plantMark(data, [mark, cellType], () => 0);
  }, columns);
  return { ...data, markMask };
}

Deno.test("replicates are alike by design, and only cell types of other groups are compared", () => {
  deepStrictEqual(summarise(REPLICATES), []);
  const found = summarise(withoutGroups(REPLICATES));
  const alike = found.filter((line) => line.startsWith("alike-cell-types"));
  deepStrictEqual(alike.length, 2 * CELL_TYPES, found.join("\n"));
});

Deno.test("one file for two replicates is still found", () => {
  const [mark] = MARKS;
  const twice = plantMark(REPLICATES, [mark!, CELL_TYPES], (_, at) => {
    return valueOf(REPLICATES, [mark!, 0], at);
  });
  const [first] = SINGLE.cellTypes;
  const place = `${mark} in ${first}.1 = ${mark} in ${first}.2`;
  deepStrictEqual(summarise(twice), [`identical-samples: ${place}`]);
});

Deno.test("labels are compared between groups", () => {
  const labels = REPLICATES.labels!.slice();
  const genes = REPLICATES.genes.length;
  for (const cellType of [1, CELL_TYPES + 1]) {
    labels.set(labels.subarray(0, genes), cellType * genes);
  }
  const [first, second] = SINGLE.cellTypes;
  const found = summarise({ ...REPLICATES, labels: Float64Array.from(labels) });
  const place = `${first}.1 = ${second}.1 = ${first}.2 = ${second}.2`;
  ok(found.includes(`alike-cell-types: labels of ${place}`), found.join("\n"));
});

Deno.test("files that were exchanged between replicates of two cell types are found", () => {
  const [first, second] = SINGLE.cellTypes;
  for (const place of [1, CELL_TYPES + 1]) {
    const found = summarise(exchange(REPLICATES, MARKS, [0, place]));
    const other = `${second}.${place === 1 ? 1 : 2}`;
    const names = [`${first}.1 and ${other}`, `${other} and ${first}.1`];
    const lines = found.filter((line) => line.startsWith("exchanged-cell-types"));
    const unlike = `unlike-replicates: ${MARKS.join(", ")} in ${first}.1, ${first}.2`;
    ok(found.includes(unlike), found.join("\n"));
    ok(lines.length === 1 && names.some((name) => lines[0]!.includes(name)), found.join("\n"));
  }
  const one = summarise(exchange(REPLICATES, ["H3K4me3"], [0, CELL_TYPES + 1]));
  ok(
    one.some((line) => /exchanged-cell-types: H3K4me3 in .*\.1 and .*\.2$/.test(line)),
    one.join(),
  );
  const own = summarise(exchange(REPLICATES, MARKS, [0, CELL_TYPES]));
  deepStrictEqual(own, [], "replicates of one cell type cannot be exchanged");
});

Deno.test("marks that were swapped in all replicates of a cell type are found", () => {
  const swap = (columns: SampleColumns, cellType: number) => {
    const [a, b] = ["H3K4me1", "H3K9me3"];
    const first = plantMark(
      columns,
      [a!, cellType],
      (_, at) => valueOf(columns, [b!, cellType], at),
    );
    return plantMark(first, [b!, cellType], (_, at) => valueOf(columns, [a!, cellType], at));
  };
  const found = summarise(swap(swap(REPLICATES, 0), CELL_TYPES));
  for (const replicate of [1, 2]) {
    const wanted = `swapped-marks: H3K4me1 and H3K9me3 in ${SINGLE.cellTypes[0]}.${replicate}`;
    ok(found.includes(wanted), found.join("\n"));
  }
});

Deno.test("two groups are two cell types for checks that need three, however many replicates", () => {
  const few = (columns: SampleColumns) => {
    const rows = [...columns.cellTypeIndex.entries()].filter(([, i]) => i % CELL_TYPES < 2);
    const size = columns.bins * MARKS.length;
    const places = rows.map(([row]) => row);
    return {
      ...columns,
      signal: Float64Array.from(
        places.flatMap((row) => [...packedSignal(columns).subarray(row * size, (row + 1) * size)]),
      ),
      labels: Float64Array.from(places, (row) => columns.labels![row]!),
      cellTypeIndex: Uint32Array.from(rows, ([, cellType]) => cellType),
      geneIndex: Uint32Array.from(places, (row) => columns.geneIndex[row]!),
    };
  };
  const { skipped } = diagnoseSamples(few(REPLICATES));
  const swapped = skipped.find(({ check }) => check === "swapped-marks");
  deepStrictEqual(swapped?.reason, "needs 3 cell types with 50 genes or more, there are 2");
});

Deno.test("test samples of a replicate of a trained cell type are in the training data", () => {
  const half = (replicate: number): SampleColumns => ({
    ...SINGLE,
    cellTypes: SINGLE.cellTypes.map((name) => `${name}.${replicate}`),
    cellTypeGroups: SINGLE.cellTypes,
  });
  const findings = examineSamples(half(1), { test: half(2) });
  deepStrictEqual(findings.map(({ check }) => check), ["shared-genes"]);
  match(
    findings[0]!.message,
    /^3,000 of 3,000 test samples are in the training data .* replicate of it/,
  );
  match(findings[0]!.where, /^sample E065\.2_ENSG/);
  const alone = examineSamples(withoutGroups(half(1)), { test: withoutGroups(half(2)) });
  match(alone[0]!.message, /^600 of 600 test genes are in the training data, in other cell types$/);
});

Deno.test("a mark that was not measured is a note, and no check takes it for an empty one", () => {
  const [first, second] = SINGLE.cellTypes;
  for (const mark of MARKS) {
    const data = leaveOut(SINGLE, [[mark, 0], [mark, 1]]);
    const place = `${mark} in ${first}, ${second}`;
    deepStrictEqual(summarise(data), [`missing-marks: ${place}`]);
    const { markMask: _, ...unmarked } = data;
    ok(summarise(unmarked).includes(`empty-samples: ${place}`));
  }
  const all = leaveOut(SINGLE, SINGLE.cellTypes.map((_, i) => [MARKS[i % MARKS.length]!, i]));
  deepStrictEqual(summarise(all).map((line) => line.split(":")[0]), ["missing-marks"]);
});

Deno.test("faults of the other marks are found beside one that was not measured", () => {
  const data = leaveOut(SINGLE, [["H3K9me3", 0]]);
  const weak = plantMark(data, ["H3K4me3", 0], (value, { gene }) => gene % 50 === 0 ? value : 0);
  ok(summarise(weak).includes(`weak-marks: H3K4me3 in ${SINGLE.cellTypes[0]}`));
  const genes = SINGLE.genes.length;
  const labels = SINGLE.labels!.slice();
  labels.set(shuffled(labels.subarray(0, genes)), 0);
  const mixed = summarise({ ...data, labels: Float64Array.from(labels) });
  ok(mixed.includes(`unrelated-labels: labels of ${SINGLE.cellTypes[0]}`), mixed.join("\n"));
});

testWith(
  "shared",
  "a file of another cell type among real replicates is found, whichever it is",
  async () => {
    const columns = await readCompetition(sharedFile("data/real/counts_log2.npz"));
    const counts = { ...columns, signal: Float64Array.from(columns.signal) };
    const data = thinSecond(duplicateCellTypes(counts));
    const unlike = (own: SampleColumns) =>
      summarise(own).filter((line) => line.startsWith("unlike-replicates"));
    deepStrictEqual(unlike(data), []);
    for (const mark of columns.record.marks) {
      const wrong = plantMark(data, [mark, 2], (_, at) => valueOf(data, [mark, 3], at));
      deepStrictEqual(unlike(wrong), [`unlike-replicates: ${mark} in E123.1, E123.2`]);
    }
  },
);

testWith(
  "shared",
  "with the mask that the doctor asks for, the real four marks have no empty one",
  async () => {
    const columns = await readCompetition(sharedFile("data/real/peaks_four_marks_log2.npz"));
    const [empty, ...others] = examineSamples(columns);
    match(
      `${empty?.where}: ${empty?.advice}`,
      /^H3K4me1 in E114, .* --missing-marks mask, or a member __mask__/,
    );
    const mark = columns.record.marks.indexOf("H3K4me1");
    const markMask = Uint8Array.from({ length: 20 }, (_, i) => i % 5 === mark ? 0 : 1);
    const [note, ...same] = examineSamples({ ...columns, markMask });
    deepStrictEqual(
      [note?.check, note?.severity, note?.where],
      ["missing-marks", "note", "H3K4me1 in E114, E118, E120 and 1 more"],
    );
    deepStrictEqual(same, others);
  },
);
