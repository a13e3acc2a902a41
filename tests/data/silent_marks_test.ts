import { deepStrictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { findSilentMarks } from "../../src/data/silent_marks.ts";
import { MARKS, randomColumns } from "../helpers/panel_samples.ts";
import { packedSignal } from "../helpers/packed.ts";

const COLUMNS = randomColumns(3, 4);
const [, SECOND] = COLUMNS.record.marks;

/** The data without signal of the second mark in the second cell type. */
const SIGNAL = packedSignal(COLUMNS).map((value, i) => {
  const row = Math.floor(i / (20 * MARKS));
  return COLUMNS.cellTypeIndex[row] === 1 && i % MARKS === 1 ? 0 : value;
});

Deno.test("a mark without any signal in a cell type is found, unless the data say that it was not measured", () => {
  deepStrictEqual(findSilentMarks(new Dataset(COLUMNS)), new Map());
  const silent = new Dataset({ ...COLUMNS, signal: SIGNAL });
  deepStrictEqual(findSilentMarks(silent), new Map([["cell 1", [SECOND]]]));
  const markMask = new Uint8Array(9).fill(1);
  markMask[4] = 0;
  deepStrictEqual(
    findSilentMarks(new Dataset({ ...COLUMNS, signal: SIGNAL, markMask })),
    new Map(),
  );
});

Deno.test("only the samples of the view count", () => {
  const silent = new Dataset({ ...COLUMNS, signal: SIGNAL });
  deepStrictEqual(findSilentMarks(silent.slice(0, 4)), new Map());
  deepStrictEqual(findSilentMarks(silent.slice(4, 5)), new Map([["cell 1", [SECOND]]]));
  deepStrictEqual(findSilentMarks(silent.slice(0, 0)), new Map());
});
