import { deepStrictEqual, throws } from "node:assert";
import {
  boolean,
  type Field,
  integer,
  nullable,
  number,
  numberWithin,
  oneOf,
  optional,
  readValue,
  text,
} from "../../src/base/field.ts";
import { arrayOf, object, variant } from "../../src/base/fields.ts";

const LAYER = variant("type", {
  dense: { units: integer(1, 10) },
  activation: variant("kind", { relu: { type: oneOf("activation") } }),
  dropout: { rate: numberWithin({ least: 0, below: 1 }) },
});
const MODEL = object({
  name: text,
  frozen: optional(boolean),
  loss: nullable(number),
  layers: arrayOf(LAYER, { least: 1, most: 3, items: "layers" }),
  marks: arrayOf(text, { distinct: true }),
});
const VALID = {
  name: "a",
  loss: null,
  layers: [{ type: "dense", units: 2 }, { type: "activation", kind: "relu" }],
  marks: ["H3K4me3"],
};

function read<Value>(value: unknown, field: Field<Value>): Value {
  return readValue(value, field, {
    name: "the model",
    fail: (found) => {
      throw new RangeError(`Cannot read: ${found}`);
    },
  });
}

Deno.test("a value that is as described is copied, without the fields that it lacks", () => {
  const copy = read(VALID, MODEL);
  deepStrictEqual(copy, VALID);
  deepStrictEqual(copy.layers === VALID.layers, false);
  // The types follow the description.
  const layer: { type: "dense"; units: number } | { type: "activation"; kind: "relu" } | {
    type: "dropout";
    rate: number;
  } | undefined = copy.layers[0];
  deepStrictEqual(layer, { type: "dense", units: 2 });
});

const WRONG: [change: object, message: string][] = [
  [{ name: 5 }, "name is 5, expected a string"],
  [{ name: undefined }, "name is missing, expected a string"],
  [{ frozen: "yes" }, 'frozen is "yes", expected true or false'],
  [{ loss: "0" }, 'loss is "0", expected a number or null'],
  [{ layers: [] }, "layers is an array of 0, expected an array of 1 to 3 layers"],
  [{ layers: {} }, "layers is an object, expected an array of 1 to 3 layers"],
  [{ layers: [null] }, "layers[0] is null, expected an object"],
  [{ layers: [{}] }, "layers[0].type is missing, expected one of dense, activation, dropout"],
  [
    { layers: [{ type: "toString" }] },
    'layers[0].type is "toString", expected one of dense, activation, dropout',
  ],
  [
    { layers: [{ type: "dense", units: 11 }] },
    "layers[0].units is 11, expected an integer from 1 to 10",
  ],
  [
    { layers: [{ type: "dense", unit: 1 }] },
    'layers[0] has an unknown field "unit", expected one of type, units',
  ],
  [
    { layers: [{ type: "activation", kind: "tanh" }] },
    'layers[0].kind is "tanh", expected one of relu',
  ],
  [
    { layers: [{ type: "dropout", rate: NaN }] },
    "layers[0].rate is NaN, expected a number >= 0 and < 1",
  ],
  [{ marks: ["a", "b", "a"] }, 'marks[2] is "a", expected each once'],
  [
    { bins: 3 },
    'the model has an unknown field "bins", expected one of name, frozen, loss, layers, marks',
  ],
];

for (const [change, found] of WRONG) {
  Deno.test(`the error of a wrong value names its place: ${found}`, () => {
    throws(() => read({ ...VALID, ...change }, MODEL), {
      name: "RangeError",
      message: `Cannot read: ${found}`,
    });
  });
}

Deno.test("the outermost value has the name it was given, and inherited fields do not count", () => {
  throws(() => read([], MODEL), /: the model is an array of 0, expected an object$/);
  throws(() => read(Object.create(VALID), MODEL), /: name is missing/);
});

Deno.test("fields that nobody asked for can be left out", () => {
  const named = object({ name: text }, { others: "leave out" });
  deepStrictEqual(read(VALID, named), { name: "a" });
});

Deno.test("the message about a number without an upper bound mentions no bound", () => {
  throws(() => read(0, integer(1)), /: the model is 0, expected an integer >= 1$/);
  throws(() => read(0, numberWithin({ above: 0 })), /expected a number > 0$/);
  throws(() => read(1, oneOf("a", "b")), /expected a or b$/);
});
