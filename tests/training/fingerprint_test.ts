import { match, notStrictEqual, strictEqual } from "node:assert";
import type { PackedArray } from "../../src/base/arrays.ts";
import { NO_SEQUENCE } from "../../src/base/sequences.ts";
import { Dataset } from "../../src/data/dataset.ts";
import { fingerprintDataset, fingerprintValue } from "../../src/training/fingerprint.ts";
import { tableColumns } from "../helpers/samples.ts";
import { withSequences } from "../helpers/sequences.ts";
import { packedSignal } from "../helpers/packed.ts";

Deno.test("the same samples have the same fingerprint", async () => {
  const print = await fingerprintDataset(new Dataset(tableColumns(2, 3)));
  match(print, /^[0-9a-f]{32}$/);
  strictEqual(await fingerprintDataset(new Dataset(tableColumns(2, 3))), print);
});

Deno.test("any change of the samples changes the fingerprint", async () => {
  const columns = tableColumns(2, 3);
  const print = await fingerprintDataset(new Dataset(columns));
  const changed = <Column extends Uint16Array | Float64Array | Uint32Array>(column: Column) => {
    const copy = column.slice() as Column;
    copy[2] = 1 - copy[2]! % 2;
    return copy;
  };
  const others = [
    new Dataset({ ...columns, signal: changed(columns.signal as Uint16Array) }),
    new Dataset({ ...columns, labels: changed(columns.labels!) }),
    new Dataset({ ...columns, labels: undefined }),
    new Dataset({ ...columns, geneIndex: changed(columns.geneIndex) }),
    new Dataset({ ...columns, cellTypeIndex: changed(columns.cellTypeIndex) }),
    new Dataset({ ...columns, cellTypes: ["E001", "E009"] }),
    new Dataset({ ...columns, record: { ...columns.record, orientation: "transcript" } }),
    new Dataset(columns).subset([0, 1, 2, 3, 5, 4]),
    new Dataset(columns).slice(0, 5),
  ];
  for (const other of others) notStrictEqual(await fingerprintDataset(other), print);
});

Deno.test("the letters of genes change the fingerprint, lower case does not", async () => {
  const print = async (rows: readonly string[], entryOf = [0, 1, 2]) => {
    const columns = withSequences(tableColumns(2, 3), rows);
    const sequences = { ...columns.sequences!, entryOf: Uint32Array.from(entryOf) };
    return await fingerprintDataset(new Dataset({ ...columns, sequences }));
  };
  const wanted = await print(["ACGT", "CCCC", "GNGG"]);
  strictEqual(await print(["ACgt", "cccc", "GnGG"]), wanted);
  notStrictEqual(await print(["ACGT", "CCCC", "GAGG"]), wanted);
  notStrictEqual(await print(["ACGT", "CCCC", "GGNG"]), wanted);
  notStrictEqual(await print(["ACGT", "CCCC", "GNGG"], [0, 1, NO_SEQUENCE]), wanted);
  notStrictEqual(await fingerprintDataset(new Dataset(tableColumns(2, 3))), wanted);
});

Deno.test("the same counts in a wider type have the same fingerprint; the same bytes of other numbers do not", async () => {
  const columns = tableColumns(2, 3);
  const print = (signal: PackedArray) => fingerprintDataset(new Dataset({ ...columns, signal }));
  const wanted = await print(packedSignal(columns));
  for (const Type of [Uint8Array, Uint32Array, Float32Array, Float64Array]) {
    strictEqual(await print(Type.from(packedSignal(columns))), wanted, Type.name);
  }
  const floats = Float32Array.from(packedSignal(columns), (value) => value + 0.5);
  notStrictEqual(await print(new Uint32Array(floats.buffer)), await print(floats));
});

Deno.test("a fingerprint is the first half of SHA-256", async () => {
  // echo -n '{"a":1}' | sha256sum
  strictEqual(await fingerprintValue({ a: 1 }), "015abd7f5cc57a2dd94b7590f04ad808");
});
