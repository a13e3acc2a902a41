import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { ContractError, FormatError } from "../src/errors.ts";
import {
  COMPETITION_RECORD,
  type DataRecord,
  parseRecord,
  reconcileRecords,
  transformFunction,
} from "../src/record.ts";

Deno.test("a record survives JSON, and unknown fields are dropped", () => {
  const text = JSON.stringify({ ...COMPETITION_RECORD, note: "x" });
  deepStrictEqual(parseRecord(JSON.parse(text)), COMPETITION_RECORD);
});

Deno.test("a record with a missing or wrong field is refused by the field's name", () => {
  const wrong: Record<keyof DataRecord, unknown> = {
    assembly: 19,
    binSizeBp: 0.5,
    orientation: "left",
    countingRule: undefined,
    marks: ["H3K4me3", 4],
    transform: "log2",
  };
  for (const [field, value] of Object.entries(wrong)) {
    const record = { ...COMPETITION_RECORD, [field]: value };
    throws(() => parseRecord(record, "a.npz"), (error) => {
      return error instanceof FormatError && error.message.includes(field) &&
        error.file === "a.npz";
    });
  }
  throws(() => parseRecord(null), FormatError);
});

Deno.test("records that contradict each other are refused with both values", () => {
  const others: Partial<DataRecord>[] = [
    { assembly: "hg38" },
    { binSizeBp: 200 },
    { orientation: "transcript" },
    { countingRule: "mean-depth" },
    { marks: ["H3K4me3"] },
  ];
  for (const other of others) {
    const [[field, value]] = Object.entries(other);
    const wanted = String(COMPETITION_RECORD[field as keyof DataRecord]);
    throws(
      () => reconcileRecords(COMPETITION_RECORD, { ...COMPETITION_RECORD, ...other }),
      (error) =>
        error instanceof ContractError && error.message.includes(wanted) &&
        error.message.includes(String(value)),
    );
  }
});

Deno.test("a transform is applied once: by us on plain counts, not at all where the data carry it", () => {
  const plain = COMPETITION_RECORD;
  const log: DataRecord = { ...plain, transform: "log1p" };
  strictEqual(reconcileRecords(log, plain), "log1p");
  strictEqual(reconcileRecords(log, log), "none");
  strictEqual(reconcileRecords(plain, plain), "none");
  throws(() => reconcileRecords(plain, log), /transform none.*log1p/);
  throws(() => reconcileRecords({ ...plain, transform: "asinh" }, log), /asinh.*log1p/);
});

Deno.test("transforms are what their names say", () => {
  strictEqual(transformFunction("none")(7), 7);
  strictEqual(transformFunction("log1p")(Math.E - 1), 1);
  strictEqual(transformFunction("asinh")(Math.sinh(2)), 2);
});
