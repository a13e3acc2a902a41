import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { packSequences } from "../../src/base/sequence_packer.ts";
import { type InputColumn, joinInputs } from "../../src/engine/joined_source.ts";
import { NO_ENTRY, SampleBatch } from "../../src/engine/sample_source.ts";
import { ContractError } from "../../src/errors.ts";
import type { Transform } from "../../src/record.ts";

const SEQUENCE: InputColumn = {
  input: { name: "sequence", bases: 3 },
  table: Uint8Array.of(0, 1, 2, 3, 3, 3),
  entryOf: Uint32Array.of(1, 0, 1, 1),
};
const REFERENCES: InputColumn = {
  input: { name: "references", references: 2, values: 2 },
  table: Float32Array.of(1, 2, 3, 4, 5, 6),
  entryOf: Uint32Array.of(0, 1, 2, NO_ENTRY, NO_ENTRY, NO_ENTRY, 1, 0),
};
const SIGNAL: InputColumn = {
  input: { name: "signal", bins: 2, marks: 1 },
  table: Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7),
  transform: "log1p",
};

Deno.test("gathered samples have each shared entry once", () => {
  const source = joinInputs({ samples: 4, columns: [SIGNAL, SEQUENCE, REFERENCES] });
  const batch = new SampleBatch(source.inputs, 4);
  for (const rows of [Uint32Array.of(3, 0, 1), Uint32Array.of(2)]) {
    source.gather(rows, batch);
    strictEqual(batch.samples, rows.length);
    const sequence = batch.input("sequence");
    strictEqual(sequence.entries, rows.length === 1 ? 1 : 2);
  }
  source.gather(Uint32Array.of(3, 0, 1), batch);
  const { entries, values, entryOf } = batch.input("references");
  strictEqual(entries, 3);
  // In the order in which they are met: entries 1, 0 and 2 of the table.
  deepStrictEqual([...values.subarray(0, 6)], [3, 4, 1, 2, 5, 6]);
  deepStrictEqual([...entryOf.subarray(0, 6)], [0, 1, 1, 0, 2, NO_ENTRY]);
  const signal = batch.input("signal");
  deepStrictEqual(
    [...signal.values.subarray(0, 6)],
    [6, 7, 0, 1, 2, 3].map((value) => Math.fround(Math.log1p(value))),
  );
});

Deno.test("inputs with the same indices are gathered as those with equal ones", () => {
  const labels: InputColumn = {
    input: { name: "referenceLabels", references: 2, values: 1 },
    table: Float32Array.of(7, 8, 9),
    entryOf: REFERENCES.entryOf,
  };
  const equal = { ...labels, entryOf: labels.entryOf!.slice() };
  for (const order of [[0, 1], [1, 0]]) {
    const [same, other] = [labels, equal].map((column) => {
      const columns = order.map((place) => [REFERENCES, column][place]!);
      const source = joinInputs({ samples: 4, columns });
      const batch = new SampleBatch(source.inputs, 4);
      source.gather(Uint32Array.of(0, 1, 2, 3), batch);
      source.gather(Uint32Array.of(3, 1, 2), batch);
      return batch.inputs.map(({ entries, values, entryOf, spec }) => ({
        name: spec.name,
        entries,
        values: [...values.subarray(0, 6)],
        entryOf: [...entryOf.subarray(0, 6)],
      }));
    });
    deepStrictEqual(same, other);
    const found = same!.find(({ name }) => name === "referenceLabels")!;
    deepStrictEqual([found.entries, ...found.values.slice(0, 3)], [3, 8, 7, 9]);
    deepStrictEqual(found.entryOf, [0, 1, 2, NO_ENTRY, NO_ENTRY, NO_ENTRY]);
  }
});

Deno.test("a batch receives the inputs that it was made for, in shared memory if asked", () => {
  const source = joinInputs({ samples: 4, columns: [SIGNAL, SEQUENCE, REFERENCES] });
  const batch = new SampleBatch([SEQUENCE.input], 2, { shared: true });
  source.gather(Uint32Array.of(1, 2), batch);
  const { values, entryOf } = batch.input("sequence");
  deepStrictEqual([...values], [0, 1, 2, 3, 3, 3]);
  strictEqual(entryOf.buffer instanceof SharedArrayBuffer, true);
  throws(() => batch.input("signal"), RangeError);
  throws(
    () => source.gather(Uint32Array.of(0), new SampleBatch([{ name: "context", values: 1 }], 1)),
    /they have no context, expected one of signal, sequence, references/,
  );
});

Deno.test("packed sequences are gathered as their codes, those of genes without one as unknown bases", () => {
  const packed = packSequences(["ACG", "TNT"]);
  const entryOf = Uint32Array.of(NO_ENTRY, 1, 0, NO_ENTRY);
  const column: InputColumn = { input: SEQUENCE.input, table: packed, entryOf };
  const source = joinInputs({ samples: 4, columns: [column, SIGNAL] });
  const batch = new SampleBatch(source.inputs, 5);
  source.gather(Uint32Array.of(1, 0, 2, 3, 1), batch);
  const { entries, values, entryOf: found } = batch.input("sequence");
  strictEqual(entries, 3);
  deepStrictEqual([...values.subarray(0, 9)], [3, 4, 3, 4, 4, 4, 0, 1, 2]);
  deepStrictEqual([...found], [0, 1, 2, 1, 0]);
  deepStrictEqual([...entryOf], [NO_ENTRY, 1, 0, NO_ENTRY]);
  const join = (change: Partial<InputColumn>) => () =>
    joinInputs({ samples: 4, columns: [{ ...column, ...change }] });
  throws(join({ entryOf: Uint32Array.of(0, 1, 3, 0) }), /index 3/);
  throws(join({ input: { name: "sequence", bases: 4 } }), /sequences of 3 bases, expected 4 bases/);
  throws(join({ input: { name: "context", values: 3 } }), /sequences of 3 bases, expected numbers/);
});

Deno.test("inputs that do not fit their samples are refused", () => {
  const join = (...columns: InputColumn[]) => () => joinInputs({ samples: 4, columns });
  throws(join(SEQUENCE, SEQUENCE), /found sequence, sequence, expected each name once/);
  throws(join({ ...SIGNAL, table: new Uint8Array(7) }), /has 7 values, expected a multiple of 2/);
  throws(join({ ...SIGNAL, table: new Uint8Array(6) }), /has 3 entries and no indices/);
  throws(join({ ...REFERENCES, entryOf: undefined }), ContractError);
  throws(join({ ...SEQUENCE, entryOf: Uint32Array.of(0) }), /has 1 indices, expected 4/);
  throws(
    join({ ...SEQUENCE, entryOf: Uint32Array.of(0, 1, 2, 0) }),
    /index 2, expected one below 2/,
  );
  throws(join({ ...SEQUENCE, entryOf: Uint32Array.of(0, 1, NO_ENTRY, 0) }), RangeError);
  throws(join({ ...SEQUENCE, table: Uint8Array.of(0, 1, 2, 3, 5, 3) }), /code 5/);
  join({ ...SEQUENCE, table: Uint8Array.of(0, 1, 2, 3, 4, 3) })();
  throws(join({ ...SIGNAL, transform: "log2" as Transform }), RangeError);
  const labels: InputColumn = {
    input: { name: "referenceLabels", references: 2, values: 1 },
    table: Float32Array.of(1, 2),
    entryOf: Uint32Array.of(0, 1, 0, NO_ENTRY, NO_ENTRY, NO_ENTRY, 1, 0),
  };
  join(REFERENCES, labels)();
  const others = { ...labels, entryOf: labels.entryOf!.with(3, 1) };
  throws(join(REFERENCES, others), /of sample 1 are not of the same references/);
});

Deno.test("joined columns of other types are refused: engines would read other numbers than were checked", () => {
  const join = (change: object, more: object = {}) => () =>
    joinInputs({ samples: 4, columns: [{ ...SEQUENCE, ...change }], ...more });
  for (const entryOf of [[1, 0, 1, 1], Int32Array.of(-1, 0, 0, 0), Uint16Array.of(0, 1, 0, 1)]) {
    throws(join({ entryOf }), /entryOf of sequence is an? \w*Array, expected a Uint32Array/);
  }
  throws(
    join({ table: [0, 1, 2, 3, 3, 3] }),
    /the table of sequence is an Array, expected a Uint8Array/,
  );
  for (const code of [0.5, -1, NaN]) {
    const table = Float32Array.of(0, 1, 2, 3, code, 3);
    throws(join({ table }), RegExp(`code ${code}, expected one from 0 to 4`));
  }
  throws(join({}, { samples: NaN }), /samples is NaN, expected an integer >= 0/);
  throws(join({}, { labels: [1, 2, 3, 4] }), /labels is an Array, expected a Float64Array/);
  throws(join({}, { weights: new Float64Array(3) }), /3 weights of samples were given, expected 4/);
});
