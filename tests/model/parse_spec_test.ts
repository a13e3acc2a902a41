import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { UnsupportedModelError } from "../../src/errors.ts";
import { parseSpec } from "../../src/model/parse_spec.ts";
import { presetSpec } from "../../src/model/presets.ts";

// deno-lint-ignore no-explicit-any
type Loose = any;

function changed(change: (spec: Loose) => void): unknown {
  const spec = structuredClone(presetSpec("wakawaka")) as Loose;
  change(spec);
  return spec;
}

const WRONG: [what: string, change: (spec: Loose) => void, message: RegExp][] = [
  [
    "no layers",
    (s) => s.layers = [],
    /model.layers is an array of 0, expected an array of 1 to 256/,
  ],
  ["no bins", (s) => s.bins = 0, /model.bins is 0/],
  ["text for bins", (s) => s.bins = "100", /model.bins is "100"/],
  ["unknown field", (s) => s.layer = [], /model has an unknown field "layer"/],
  [
    "unknown layer",
    (s) => s.layers[0].type = "lstm",
    /layers\[0\].type is "lstm", expected one of/,
  ],
  ["inherited name as a layer", (s) => s.layers[0].type = "toString", /layers\[0\].type/],
  ["filters not whole", (s) => s.layers[0].filters = 2.5, /layers\[0\].filters is 2.5/],
  ["absurd filters", (s) => s.layers[0].filters = 1e9, /from 1 to 65536/],
  ["unknown padding", (s) => s.layers[0].padding = "causal", /"causal", expected same or valid/],
  ["dropout of 1", (s) => s.layers[10].rate = 1, /layers\[10\].rate is 1, expected a number >= 0/],
  ["NaN", (s) => s.layers[10].rate = NaN, /layers\[10\].rate is NaN/],
  ["no name", (s) => s.name = "", /model.name is "", expected a text of 1 to 200/],
  ["a name that a terminal obeys", (s) => s.name = "a\x1b[2J", /none of them a control character/],
  ["missing field", (s) => delete s.layers[2].size, /layers\[2\].size is missing/],
  ["null layer", (s) => s.layers[2] = null, /layers\[2\].type is missing/],
  ["leaky without alpha", (s) => delete s.layers[1].alpha, /must have an alpha/],
  ["sigmoid within", (s) => s.layers[1] = { type: "activation", kind: "sigmoid" }, /only the last/],
  ["dense before flatten", (s) => s.layers.splice(9, 1), /layers\[10\] \(dense\) does not fit/],
  [
    "GRU behind flatten",
    (s) => s.layers.splice(10, 0, { type: "bidirectionalGru", units: 5 }),
    /layers\[10\] \(bidirectionalGru\) does not fit its input of shape \[100\]/,
  ],
  ["GRU without units", (s) => s.layers[9] = { type: "bidirectionalGru" }, /\.units is missing/],
  ["pool to nothing", (s) => s.layers[5].size = 90, /layers\[5\] \(maxPool1d\) does not fit/],
  ["two outputs", (s) => s.layers.at(-1).units = 2, /output has shape \[2\], expected \[1\]/],
  ["loss without sigmoid", (s) => s.loss = "binaryCrossentropy", /go together/],
  ["too many weights", (s) => {
    s.layers[11].units = 60000;
    s.layers[13].units = 60000;
  }, /parameters, more than/],
];

for (const [what, change, message] of WRONG) {
  Deno.test(`a model is refused by name of the field: ${what}`, () => {
    throws(() => parseSpec(changed(change)), (error) => {
      ok(error instanceof UnsupportedModelError);
      match(error.message, message);
      return true;
    });
  });
}

Deno.test("anything but a model is refused with the same error, never another", () => {
  fc.assert(fc.property(fc.anything(), (value) => {
    throws(() => parseSpec(value), UnsupportedModelError);
  }));
});

Deno.test("what parseSpec returns is a copy", () => {
  const spec = structuredClone(presetSpec("deepchrome"));
  const parsed = parseSpec(spec);
  deepStrictEqual(parsed, spec);
  strictEqual(parsed.layers[0] === spec.layers[0], false);
});
