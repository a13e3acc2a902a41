import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { NO_SEQUENCE } from "../../src/base/sequences.ts";
import { measureSequences } from "../../src/data/mod.ts";
import { tableColumns } from "../helpers/samples.ts";
import { dnaColumns, randomRows, withSequences } from "../helpers/sequences.ts";

Deno.test("shares are over all bases of all genes", () => {
  const rows = randomRows(20, 333);
  const found = measureSequences(withSequences(tableColumns(2, 20), rows))!;
  const letters = rows.join("");
  const count = (expression: RegExp) => letters.match(expression)!.length;
  const known = letters.length - count(/N/gi);
  strictEqual(found.gcShare, count(/[CG]/gi) / known);
  strictEqual(found.unknownShare, count(/N/gi) / letters.length);
  strictEqual(found.softMaskedShare, count(/[a-z]/g) / letters.length);
  deepStrictEqual([found.bases, found.genes, found.masked, found.identical], [333, 20, 0, []]);
});

Deno.test("genes with the same letters are grouped, whether they share an entry or not", () => {
  const columns = withSequences(tableColumns(1, 6), [
    "ACGT",
    "AAAA",
    "acgt",
    "ACGN",
    "AAAA",
    "CCCC",
  ]);
  deepStrictEqual(measureSequences(columns)!.identical, [[0, 2], [1, 4]]);
  const entryOf = Uint32Array.of(5, 5, 0, NO_SEQUENCE, NO_SEQUENCE, 3);
  const shared = { ...columns, sequences: { ...columns.sequences!, entryOf } };
  const found = measureSequences(shared)!;
  deepStrictEqual(found.identical, [[0, 1]]);
  strictEqual(found.masked, 2);
  strictEqual(found.gcShare, (4 + 4 + 2 + 2) / 15);
});

Deno.test("data without sequences have no statistics, and without letters no share of GC", () => {
  strictEqual(measureSequences(tableColumns(1, 2)), undefined);
  const found = measureSequences(withSequences(tableColumns(1, 2), ["NN", "NN"]))!;
  ok(Number.isNaN(found.gcShare));
  strictEqual(found.unknownShare, 1);
  deepStrictEqual(found.identical, [], "genes of which nothing is known are not alike");
  const { sequences, ...columns } = dnaColumns(1, 2, 4);
  const none = { ...sequences!, entryOf: Uint32Array.of(NO_SEQUENCE, NO_SEQUENCE) };
  strictEqual(measureSequences({ ...columns, sequences: none })!.unknownShare, 0);
});
