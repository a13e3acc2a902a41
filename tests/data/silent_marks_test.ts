import { deepStrictEqual, strictEqual } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { findEqualSignal, findSilentMarks } from "../../src/data/silent_marks.ts";
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

Deno.test("samples are told to have no signal, or the same, only if all of the view do", () => {
  const length = packedSignal(COLUMNS).length;
  const of = (signal: Uint16Array<ArrayBuffer>) => new Dataset({ ...COLUMNS, signal });
  strictEqual(findEqualSignal(new Dataset(COLUMNS)), undefined);
  strictEqual(findEqualSignal(of(new Uint16Array(length))), "zero");
  const size = 20 * MARKS;
  strictEqual(findEqualSignal(of(new Uint16Array(length).map((_, i) => i % size))), "equal");
  const last = of(new Uint16Array(length).fill(1, length - 1));
  strictEqual(findEqualSignal(last), undefined);
  strictEqual(findEqualSignal(last.slice(0, 4)), "zero");
  strictEqual(findEqualSignal(last.slice(0, 0)), undefined);
});
