/** What sources in memory refuse: programs in plain JavaScript, or with numbers from JSON, give anything. */

import { strictEqual, throws } from "node:assert";
import { runInNewContext } from "node:vm";
import { memorySource, type SignalColumns } from "../../src/engine/mod.ts";

const COLUMNS: SignalColumns = {
  signal: Uint8Array.of(1, 2, 3, 4), // [sample, bin, mark]
  labels: Float64Array.of(1, 2),
  bins: 2,
  marks: 1,
  transform: "none",
};

/** Makes a source with something else in place of a column. */
function change(column: keyof SignalColumns, value: unknown): () => unknown {
  return () => memorySource({ ...COLUMNS, [column]: value });
}

Deno.test("columns in memory that are no arrays of numbers are refused immediately, by their names", () => {
  strictEqual(memorySource(COLUMNS).samples, 2);
  const others = [[1, 2, 3, 4], Int8Array.of(1, 2, 3, 4), BigInt64Array.of(1n, 2n), "1234", null];
  for (const signal of [...others, undefined, new ArrayBuffer(4)]) {
    throws(change("signal", signal), {
      name: "TypeError",
      message: /^Cannot take samples: signal is .+, expected a Uint8Array, Uint16Array/,
    });
  }
  for (const column of ["labels", "weights"] as const) {
    for (
      const values of [
        [1, 2],
        BigInt64Array.of(1n, 2n),
        "12",
        new DataView(new ArrayBuffer(2)),
      ]
    ) {
      throws(change(column, values), {
        name: "TypeError",
        message: RegExp(`^Cannot take samples: ${column} is .+, expected a Float64Array`),
      });
    }
    throws(change(column, Float64Array.of(1)), {
      name: "TypeError",
      message: /^Cannot take samples: 1 (labels|weights of samples) were given, expected 2$/,
    });
  }
});

Deno.test("a shape of samples in memory that is no shape is refused immediately", () => {
  for (
    const [name, value] of [["bins", 0], ["bins", "2"], ["marks", NaN], ["marks", -1]] as const
  ) {
    throws(change(name, value), {
      name: "RangeError",
      message: RegExp(
        `^Cannot take samples: ${name} is ${JSON.stringify(value) ?? value}`.replace("null", "NaN"),
      ),
    });
  }
  throws(change("bins", 3), { name: "TypeError", message: /expected a multiple of 3/ });
});

Deno.test("labels that are null, as in JSON, are not there", () => {
  const source = memorySource({ ...COLUMNS, labels: null as never, weights: null as never });
  strictEqual(source.labels, undefined);
  strictEqual(source.weights, undefined);
});

Deno.test("arrays of another context of JavaScript, and of classes made of them, are taken", () => {
  const signal = runInNewContext("Uint8Array.of(1, 2, 3, 4)");
  const labels = runInNewContext("Float64Array.of(1, 2)");
  strictEqual(signal instanceof Uint8Array, false);
  strictEqual(memorySource({ ...COLUMNS, signal, labels }).samples, 2);
  class Counts extends Uint8Array {}
  strictEqual(memorySource({ ...COLUMNS, signal: Counts.of(1, 2, 3, 4) }).samples, 2);
});
