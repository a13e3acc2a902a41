import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { UnsupportedModelError } from "../../src/errors.ts";
import { parseSpec } from "../../src/model/parse_spec.ts";
import { presetSpec } from "../../src/model/presets.ts";
import { weightShapes } from "../../src/model/shapes.ts";
import { BRANCHED } from "../helpers/branched_spec.ts";

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
    /: layers is an array of 0, expected an array of 1 to 256/,
  ],
  ["no bins", (s) => s.bins = 0, /: bins is 0, expected an integer from 1 to 65536/],
  ["text for bins", (s) => s.bins = "100", /: bins is "100"/],
  [
    "unknown field",
    (s) => s.layer = [],
    /the model has an unknown field "layer", expected one of name, bins, marks, layers, loss/,
  ],
  [
    "unknown layer",
    (s) => s.layers[0].type = "rnn",
    /layers\[0\].type is "rnn", expected one of/,
  ],
  ["inherited name as a layer", (s) => s.layers[0].type = "toString", /layers\[0\].type/],
  ["filters not whole", (s) => s.layers[0].filters = 2.5, /layers\[0\].filters is 2.5/],
  ["absurd filters", (s) => s.layers[0].filters = 1e9, /from 1 to 65536/],
  ["unknown padding", (s) => s.layers[0].padding = "causal", /"causal", expected same or valid/],
  ["dropout of 1", (s) => s.layers[10].rate = 1, /layers\[10\].rate is 1, expected a number >= 0/],
  ["NaN", (s) => s.layers[10].rate = NaN, /layers\[10\].rate is NaN/],
  ["no name", (s) => s.name = "", /: name is "", expected a text of 1 to 200/],
  ["a name that a terminal obeys", (s) => s.name = "a\x1b[2J", /none of them a control character/],
  ["missing field", (s) => delete s.layers[2].size, /layers\[2\].size is missing/],
  ["null layer", (s) => s.layers[2] = null, /layers\[2\] is null, expected an object/],
  [
    "leaky without alpha",
    (s) => delete s.layers[1].alpha,
    /layers\[1\].alpha is missing, expected a number >= 0 and <= 1/,
  ],
  [
    "relu with alpha",
    (s) => s.layers[1].kind = "relu",
    /layers\[1\] has an unknown field "alpha", expected one of type, kind/,
  ],
  ["sigmoid within", (s) => s.layers[1] = { type: "activation", kind: "sigmoid" }, /only the last/],
  ["dense before flatten", (s) => s.layers.splice(9, 1), /layers\[10\] \(dense\) does not fit/],
  [
    "GRU after flatten",
    (s) => s.layers.splice(10, 0, { type: "bidirectionalGru", units: 5 }),
    /layers\[10\] \(bidirectionalGru\) does not fit its input of shape \[100\]/,
  ],
  ["GRU without units", (s) => s.layers[9] = { type: "bidirectionalGru" }, /\.units is missing/],
  [
    "GRU with sequences and no more",
    (s) => s.layers[9] = { type: "bidirectionalGru", units: 5, returnSequences: true },
    /layers\[11\] \(dense\) does not fit its input of shape \[2, 10\]$/,
  ],
  [
    "sequences in words",
    (s) => s.layers[9] = { type: "lstm", units: 5, returnSequences: "yes" },
    /layers\[9\]\.returnSequences is "yes", expected true or false/,
  ],
  [
    "a GRU of one direction",
    (s) => s.layers[9] = { type: "bidirectionalGru", units: 5, bidirectional: false },
    /layers\[9\] has an unknown field "bidirectional", expected one of type, units, returnSequences/,
  ],
  [
    "LSTM after flatten",
    (s) => s.layers.splice(10, 0, { type: "lstm", units: 5 }),
    /layers\[10\] \(lstm\) does not fit its input of shape \[100\]/,
  ],
  ["LSTM without units", (s) => s.layers[9] = { type: "lstm" }, /\.units is missing/],
  [
    "unknown initializer",
    (s) => s.layers[0].initializer = "heNormal",
    /layers\[0\]\.initializer is "heNormal", expected glorotUniform or glorotNormal/,
  ],
  ["pool to nothing", (s) => s.layers[5].size = 90, /layers\[5\] \(maxPool1d\) does not fit/],
  ["two outputs", (s) => s.layers.at(-1).units = 2, /output has shape \[2\], expected \[1\]/],
  ["loss without sigmoid", (s) => s.loss = "binaryCrossentropy", /go together/],
  [
    "sigmoid without its loss",
    (s) => {
      s.layers.push({ type: "activation", kind: "sigmoid" });
      s.loss = "rank";
    },
    /binaryCrossentropy and a sigmoid as the last layer go together/,
  ],
  ["unknown loss", (s) => s.loss = "mse", /loss is "mse", expected one of meanSquaredError/],
  ["no loss", (s) => delete s.loss, /loss is missing, expected one of/],
  ["huber by name", (s) => s.loss = "huber", /an object such as \{ "type": "huber", "delta": 1 \}/],
  ["huber without delta", (s) => s.loss = { type: "huber" }, /loss\.delta is missing/],
  [
    "huber with a delta of 0",
    (s) => s.loss = { type: "huber", delta: 0 },
    /loss\.delta is 0, expected a number >= 0\.000001 and <= 1000000/,
  ],
  ["huber and more", (s) => s.loss = { type: "huber", delta: 1, k: 2 }, /unknown field "k"/],
  ["another object", (s) => s.loss = { type: "rank" }, /loss\.type is "rank", expected huber/],
  ["too many weights", (s) => {
    s.layers[11].units = 60000;
    s.layers[13].units = 60000;
  }, /parameters, more than/],
];

const WRONG_BRANCHES: [what: string, change: (spec: Loose) => void, message: RegExp][] = [
  ["bins beside branches", (s) => s.bins = 5, /model has an unknown field "bins"/],
  [
    "no inputs",
    (s) => s.inputs = [],
    /inputs is an array of 0, expected an array of 1 to 7 inputs/,
  ],
  [
    "missing branches",
    (s) => delete s.branches,
    /: branches is missing, expected an array of 1 to 32 branches/,
  ],
  ["missing head", (s) => delete s.head, /: head is missing, expected an object/],
  [
    "unknown input",
    (s) => s.inputs[0].name = "methylation",
    /inputs\[0\].name is "methylation", expected one of signal, markMask, sequence/,
  ],
  ["input without size", (s) => delete s.inputs[2].bases, /inputs\[2\].bases is missing/],
  [
    "too many references",
    (s) => s.inputs[4].references = 257,
    /257, expected an integer from 1 to 256/,
  ],
  ["an input twice", (s) => s.inputs.push(s.inputs[0]), /array of 8, expected an array of 1 to 7/],
  [
    "an input's name twice",
    (s) => s.inputs[1] = s.inputs[0],
    /inputs\[1\].name is "signal", as that of an input before it/,
  ],
  ["marks that differ", (s) => s.inputs[1].marks = 4, /markMask has 4 marks, expected 3/],
  [
    "references that differ",
    (s) => s.inputs[5].references = 3,
    /referenceLabels has 3 references, expected 4 as references has/,
  ],
  [
    "a branch's name twice",
    (s) => s.branches[1].name = "profile",
    /branches\[1\].name is "profile", as that of a branch before it/,
  ],
  [
    "a branch over an input that is not declared",
    (s) => s.inputs.splice(6, 1),
    /branches\[6\].input is "context", expected one of its inputs: signal, markMask/,
  ],
  [
    "a branch over an unknown input",
    (s) => s.branches[6].input = "age",
    /branches\[6\].input is "age", expected one of signal, markMask/,
  ],
  [
    "layers and an encoder",
    (s) => s.branches[3].layers = [],
    /branches\[3\] has an unknown field "layers"/,
  ],
  [
    "an encoder that does not exist",
    (s) => s.branches[3].encoder = "theirs",
    /branches\[3\].encoder is "theirs", expected the name of a branch with layers: profile/,
  ],
  [
    "an encoder that has one itself",
    (s) => s.branches[3].encoder = "others",
    /branches\[3\].encoder is "others", expected the name of a branch with layers/,
  ],
  [
    "a shared encoder over other shapes",
    (s) => s.branches[3].encoder = "known",
    /shares the layers of "known", but its input has shape \[6\], expected \[8\]/,
  ],
  [
    "batchNorm over references",
    (s) => s.branches[4].layers[2] = s.branches[0].layers[1],
    /branches\[4\].layers\[2\]: batchNorm is not supported over references/,
  ],
  [
    "a layer of a branch that does not fit",
    (s) => s.branches[2].layers[1].size = 9,
    /branches\[2\].layers\[1\] \(maxPool1d\) .* \[8, 2\]; the model takes at least 11 bases, not 10/,
  ],
  [
    "a wrong layer of the head",
    (s) => s.head.layers[0].units = 0,
    /head.layers\[0\].units is 0, expected an integer/,
  ],
  ["an unknown term", (s) => s.head.join[0].type = "sum", /head.join\[0\].type is "sum", expected/],
  ["no terms", (s) => s.head.join = [], /head.join is an array of 0, expected an array of 1 to 64/],
  [
    "a term of an unknown branch",
    (s) => s.head.join[0].branch = "profil",
    /head.join\[0\].branch is "profil", expected the name of a branch that is not over references/,
  ],
  [
    "an output of references",
    (s) => s.head.join[0].branch = "others",
    /head.join\[0\].branch is "others", which is over references, expected a branch that is not/,
  ],
  [
    "a mean of one",
    (s) => s.head.join[3].branch = "own",
    /head.join\[3\].branch is "own", which is not over references, expected a branch over/,
  ],
  [
    "a difference of other sizes",
    (s) => s.head.join[4].references = "labels",
    /head.join\[4\] compares 5 values of branch with 1 of references, expected equal numbers/,
  ],
  ["sharpness of 0", (s) => s.head.join[5].sharpness = 0, /sharpness is 0, expected a number > 0/],
  [
    "an idle input",
    (s) => {
      s.branches.splice(6, 1);
      s.head.join.splice(7, 1);
    },
    /inputs\[6\] \("context"\) is read by no branch/,
  ],
  [
    "an idle branch",
    (s) => s.head.join.splice(7, 1),
    /branches\[6\] \("known"\) is used by no term of the join/,
  ],
  ["two outputs", (s) => s.head.layers.pop(), /output has shape \[7\], expected \[1\]/],
  [
    "a head without layers over many terms",
    (s) => s.head.layers = [],
    /output has shape \[37\], expected \[1\]/,
  ],
  [
    "a sigmoid in a branch",
    (s) => s.branches[2].layers.push({ type: "activation", kind: "sigmoid" }),
    /branches\[2\].layers\[3\] is a sigmoid, which only the last layer may be/,
  ],
];

for (const [what, change, message] of WRONG_BRANCHES) {
  Deno.test(`a branched model is refused by name of the field: ${what}`, () => {
    const spec = structuredClone(BRANCHED) as Loose;
    change(spec);
    throws(() => parseSpec(spec), { name: "UnsupportedModelError", message });
  });
}

Deno.test("a branch may say that it has no encoder, or no layers; an array lacks no item", () => {
  const branches = BRANCHED.branches.map((branch) =>
    branch.layers === undefined
      ? { ...branch, layers: undefined }
      : { ...branch, encoder: undefined }
  );
  deepStrictEqual(parseSpec({ ...BRANCHED, branches }), BRANCHED);
  const message = /branches\[0\] is missing|branches\[0\] is undefined/;
  throws(() => parseSpec({ ...BRANCHED, branches: new Array(3) }), {
    name: "UnsupportedModelError",
    message,
  });
});

Deno.test("every loss is read as it was written", () => {
  for (const loss of ["meanSquaredError", "rank", { type: "huber", delta: 1.345 }] as const) {
    const spec = { ...presetSpec("wakawaka"), loss };
    deepStrictEqual(parseSpec(JSON.parse(JSON.stringify(spec))), spec);
  }
});

Deno.test("a branched model is read as it was written", () => {
  deepStrictEqual(parseSpec(JSON.parse(JSON.stringify(BRANCHED))), BRANCHED);
});

Deno.test("a branched model of one branch needs no layers in its head, and may end in a sigmoid", () => {
  const { layers, loss } = presetSpec("deepchrome");
  const spec = {
    name: "one",
    inputs: [{ name: "signal", bins: 100, marks: 5 }],
    branches: [{ name: "only", input: "signal", layers }],
    head: { join: [{ type: "output", branch: "only" }], layers: [] },
    loss,
  };
  deepStrictEqual(parseSpec(spec), spec);
  deepStrictEqual(
    weightShapes(parseSpec(spec)).map(({ shape }) => shape),
    weightShapes(presetSpec("deepchrome")).map(({ shape }) => shape),
  );
});

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

Deno.test("a branched model with any value replaced is accepted, or refused with the same error", () => {
  const paths: (string | number)[][] = [];
  const walk = (value: Loose, path: (string | number)[]) => {
    if (path.length > 0) paths.push(path);
    if (typeof value !== "object") return;
    const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
    for (const key of keys) walk(value[key], [...path, key]);
  };
  walk(BRANCHED, []);
  fc.assert(fc.property(fc.constantFrom(...paths), fc.anything(), (path, value) => {
    const spec = structuredClone(BRANCHED) as Loose;
    const last = path.at(-1)!;
    path.slice(0, -1).reduce((part, key) => part[key], spec)[last] = value;
    try {
      parseSpec(spec);
    } catch (error) {
      ok(error instanceof UnsupportedModelError, String(error));
    }
  }));
});

Deno.test("what parseSpec returns is a copy", () => {
  const spec = structuredClone(presetSpec("deepchrome"));
  const parsed = parseSpec(spec);
  deepStrictEqual(parsed, spec);
  // Byte for byte: files and digests are made of it.
  strictEqual(JSON.stringify(parsed), JSON.stringify(spec));
  strictEqual(parsed.layers[0] === spec.layers[0], false);
});
