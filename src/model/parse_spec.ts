import { showValue } from "../base/show_value.ts";
import { MAX_EXTENT } from "../base/limits.ts";
import { UnsupportedModelError } from "../errors.ts";
import { type LayerChain, layerChains, type ModelGraph, modelGraph } from "./graph.ts";
import { countParameters } from "./shapes.ts";
import type { InputSpec, JoinTerm, LayerSpec, ModelSpec, SequentialSpec } from "./spec.ts";

type Check = readonly [accepts: (value: unknown) => boolean, wanted: string];

// A model beyond these sizes is a typing error or an attack, not one of this kind.
const MAX_LAYERS = 256;
const MAX_BRANCHES = 32;
const MAX_TERMS = 64;
const MAX_REFERENCES = 256;
const MAX_SHARPNESS = 1e6;
const MAX_PARAMETERS = 2 ** 28;

const integer = integerTo(MAX_EXTENT);
const references = integerTo(MAX_REFERENCES);
const share: Check = [
  (value) => typeof value === "number" && value >= 0 && value < 1,
  "a number >= 0 and < 1",
];
const positive: Check = [
  (value) => typeof value === "number" && value > 0 && value <= 1,
  "a number > 0 and <= 1",
];
const text: Check = [
  (value) => typeof value === "string" && /^\P{Cc}{1,200}$/u.test(value),
  "a text of 1 to 200 characters, none of them a control character",
];

const optionalText: Check = [(value) => value === undefined || text[0](value), text[1]];

function integerTo(most: number): Check {
  return [
    (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most,
    `an integer from 1 to ${most}`,
  ];
}

function arrayOf(what: string, { least, most }: { least: number; most: number }): Check {
  return [
    (value) => Array.isArray(value) && value.length >= least && value.length <= most,
    `an array of ${least} to ${most} ${what}`,
  ];
}

function oneOf(...choices: readonly unknown[]): Check {
  return [(value) => choices.includes(value), choices.map(String).join(" or ")];
}

const LAYER_FIELDS: Record<LayerSpec["type"], Readonly<Record<string, Check>>> = {
  conv1d: {
    filters: integer,
    width: integer,
    dilation: integer,
    padding: oneOf("same", "valid"),
  },
  activation: {
    kind: oneOf("relu", "leakyRelu", "gelu", "sigmoid"),
    alpha: [
      (value) => value === undefined || (typeof value === "number" && value >= 0 && value <= 1),
      "a number from 0 to 1",
    ],
  },
  batchNorm: { momentum: share, epsilon: positive },
  maxPool1d: { size: integer },
  dropout: { rate: share },
  flatten: {},
  bidirectionalGru: { units: integer },
  dense: { units: integer },
  linear: { units: integer },
};

const INPUT_FIELDS: Record<InputSpec["name"], Readonly<Record<string, Check>>> = {
  signal: { bins: integer, marks: integer },
  markMask: { marks: integer },
  sequence: { bases: integer },
  summary: { values: integer },
  references: { references, values: integer },
  referenceLabels: { references, values: integer },
  context: { values: integer },
};

const TERM_FIELDS: Record<JoinTerm["type"], Readonly<Record<string, Check>>> = {
  output: { branch: text },
  mean: { branch: text },
  difference: { branch: text, references: text },
  distanceWeightedMean: {
    near: text,
    references: text,
    values: optionalText,
    sharpness: [
      (value) => typeof value === "number" && value > 0 && value <= MAX_SHARPNESS,
      `a number > 0 and <= ${MAX_SHARPNESS}`,
    ],
  },
};

const loss = oneOf("meanSquaredError", "binaryCrossentropy");

const SEQUENTIAL_FIELDS: Readonly<Record<string, Check>> = {
  name: text,
  bins: integer,
  marks: integer,
  layers: arrayOf("layers", { least: 1, most: MAX_LAYERS }),
  loss,
};

const BRANCHED_FIELDS: Readonly<Record<string, Check>> = {
  name: text,
  inputs: arrayOf("inputs", { least: 1, most: Object.keys(INPUT_FIELDS).length }),
  branches: arrayOf("branches", { least: 1, most: MAX_BRANCHES }),
  head: [() => true, "an object"],
  loss,
};

const someLayers = arrayOf("layers", { least: 0, most: MAX_LAYERS });

const HEAD_FIELDS: Readonly<Record<string, Check>> = {
  join: arrayOf("terms", { least: 1, most: MAX_TERMS }),
  layers: someLayers,
};

/**
 * Checks a model from outside, such as `JSON.parse` of a file, and returns a copy of it.
 *
 * @param value Anything.
 * @returns The same model with exactly the fields of {@linkcode ModelSpec}.
 * @throws {UnsupportedModelError} Naming the field, what was found and what is wanted: an unknown layer or
 * field, a value out of range, layers that do not fit each other, an output that is not one value, a loss
 * that does not fit the last activation.
 *
 * @example
 * ```ts
 * import { parseSpec, presetSpec } from "@waka/histone/model";
 * import { deepStrictEqual, throws } from "node:assert";
 *
 * const spec = presetSpec("wakawaka");
 * deepStrictEqual(parseSpec(JSON.parse(JSON.stringify(spec))), spec);
 * throws(() => parseSpec({ ...spec, bins: 0 }), /bins is 0, expected an integer from 1/);
 * ```
 */
export function parseSpec(value: SequentialSpec): SequentialSpec;
export function parseSpec(value: unknown): ModelSpec;
export function parseSpec(value: unknown): ModelSpec {
  const parsed = isBranchedValue(value) ? parseBranched(value) : parseSequential(value);
  checkStructure(parsed);
  return parsed;
}

function isBranchedValue(value: unknown): boolean {
  return ["inputs", "branches", "head"].some((key) => Object.hasOwn(Object(value), key));
}

function parseSequential(value: unknown): ModelSpec {
  const spec = parseFields(value, SEQUENTIAL_FIELDS, "model");
  return { ...spec, layers: parseLayers(spec.layers, "layers") } as unknown as ModelSpec;
}

function parseBranched(value: unknown): ModelSpec {
  const spec = parseFields(value, BRANCHED_FIELDS, "model");
  const head = parseFields(spec.head, HEAD_FIELDS, "head");
  return {
    ...spec,
    inputs: (spec.inputs as unknown[]).map((input, index) =>
      parseKind(input, { place: `inputs[${index}]`, key: "name", kinds: INPUT_FIELDS })
    ),
    branches: (spec.branches as unknown[]).map(parseBranch),
    head: {
      join: (head.join as unknown[]).map((term, index) =>
        parseKind(term, { place: `head.join[${index}]`, key: "type", kinds: TERM_FIELDS })
      ),
      layers: parseLayers(head.layers, "head.layers"),
    },
  } as unknown as ModelSpec;
}

function parseBranch(value: unknown, index: number): Record<string, unknown> {
  const place = `branches[${index}]`;
  const common = { name: text, input: oneOf(...Object.keys(INPUT_FIELDS)) };
  if (Object.hasOwn(Object(value), "encoder")) {
    return parseFields(value, { ...common, encoder: text }, place);
  }
  const branch = parseFields(value, { ...common, layers: someLayers }, place);
  return { ...branch, layers: parseLayers(branch.layers, `${place}.layers`) };
}

function parseLayers(layers: unknown, place: string): LayerSpec[] {
  return (layers as unknown[]).map((layer, index) =>
    parseKind(layer, { place: `${place}[${index}]`, key: "type", kinds: LAYER_FIELDS })
  ) as unknown as LayerSpec[];
}

/** An object whose fields depend on the kind that one of them names. */
function parseKind(
  value: unknown,
  { place, key, kinds }: {
    readonly place: string;
    readonly key: "name" | "type";
    readonly kinds: Readonly<Record<string, Readonly<Record<string, Check>>>>;
  },
): Record<string, unknown> {
  const kind = (value as { name?: unknown; type?: unknown } | null)?.[key];
  const fields = typeof kind === "string" && Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (fields === undefined) {
    const known = Object.keys(kinds).join(", ");
    throw new UnsupportedModelError(
      `Cannot read model: ${place}.${key} is ${show(kind)}, expected one of ${known}`,
    );
  }
  return parseFields(value, { [key]: oneOf(kind), ...fields }, place);
}

function parseFields(
  value: unknown,
  fields: Readonly<Record<string, Check>>,
  place: string,
): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UnsupportedModelError(`Cannot read model: ${place} is ${show(value)}, not an object`);
  }
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(fields, key));
  if (unknown !== undefined) {
    throw new UnsupportedModelError(
      `Cannot read model: ${place} has an unknown field "${unknown.slice(0, 50)}"`,
    );
  }
  const parsed: Record<string, unknown> = {};
  for (const [key, [accepts, wanted]] of Object.entries(fields)) {
    const found = (value as Record<string, unknown>)[key];
    if (!accepts(found)) {
      throw new UnsupportedModelError(
        `Cannot read model: ${place}.${key} is ${show(found)}, expected ${wanted}`,
      );
    }
    if (found !== undefined) parsed[key] = found;
  }
  return parsed;
}

function show(value: unknown): string {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return showValue(value);
}

function checkStructure(spec: ModelSpec): void {
  const fail = (what: string): never => {
    throw new UnsupportedModelError(`Cannot build model "${spec.name}": ${what}`);
  };
  const graph = modelGraph(spec);
  const chains = layerChains(graph);
  const count = chains.reduce((sum, { layers }) => sum + layers.length, 0);
  if (count > MAX_LAYERS) fail(`it has ${count} layers, more than the ${MAX_LAYERS} it may have`);
  const last = lastChain(graph);
  for (const chain of chains) checkActivations(chain, { isLast: chain === last, fail });
  const output = last === undefined ? graph.joinShape : last.outputShape;
  if (output.length !== 1 || output[0] !== 1) {
    fail(`its output has shape [${output.join(", ")}], expected [1]`);
  }
  const parameters = countParameters(spec);
  if (parameters > MAX_PARAMETERS) {
    fail(`it has ${parameters} parameters, more than the ${MAX_PARAMETERS} this package takes`);
  }
  const final = last?.layers.at(-1);
  const sigmoid = final?.type === "activation" && final.kind === "sigmoid";
  if (sigmoid !== (spec.loss === "binaryCrossentropy")) {
    fail("binaryCrossentropy and a sigmoid as the last layer go together");
  }
}

/** The chain whose last layer is the model's: the head, or where that has no layers the only branch that it joins. */
function lastChain({ head, join, branches, encoders }: ModelGraph): LayerChain | undefined {
  if (head.layers.length > 0) return head;
  const [only, ...others] = join;
  if (only?.type !== "output" || others.length > 0) return undefined;
  return encoders[branches[only.branch]!.encoder];
}

function checkActivations(
  { layers, place }: LayerChain,
  { isLast, fail }: { readonly isLast: boolean; readonly fail: (what: string) => never },
): void {
  for (const [index, layer] of layers.entries()) {
    if (layer.type !== "activation") continue;
    if (layer.kind === "sigmoid" && !(isLast && index === layers.length - 1)) {
      fail(`${place}[${index}] is a sigmoid, which only the last layer may be`);
    }
    if ((layer.kind === "leakyRelu") !== (layer.alpha !== undefined)) {
      fail(`${place}[${index}] must have an alpha if, and only if, it is a leakyRelu`);
    }
  }
}
