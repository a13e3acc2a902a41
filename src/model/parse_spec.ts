import { showValue } from "../base/show_value.ts";
import { MAX_EXTENT } from "../base/limits.ts";
import { UnsupportedModelError } from "../errors.ts";
import { countParameters, sampleShapes } from "./shapes.ts";
import type { LayerSpec, ModelSpec } from "./spec.ts";

type Check = readonly [accepts: (value: unknown) => boolean, wanted: string];

// A model beyond these sizes is a typing error or an attack, not one of this kind.
const MAX_LAYERS = 256;
const MAX_PARAMETERS = 2 ** 28;

const integer: Check = [
  (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_EXTENT,
  `an integer from 1 to ${MAX_EXTENT}`,
];
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
    kind: oneOf("relu", "leakyRelu", "sigmoid"),
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
};

const MODEL_FIELDS: Readonly<Record<string, Check>> = {
  name: text,
  bins: integer,
  marks: integer,
  layers: [
    (value) => Array.isArray(value) && value.length >= 1 && value.length <= MAX_LAYERS,
    `an array of 1 to ${MAX_LAYERS} layers`,
  ],
  loss: oneOf("meanSquaredError", "binaryCrossentropy"),
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
export function parseSpec(value: unknown): ModelSpec {
  const spec = parseFields(value, MODEL_FIELDS, "model");
  const layers = (spec.layers as unknown[]).map((layer, index) => parseLayer(layer, index));
  const parsed = { ...spec, layers } as unknown as ModelSpec;
  checkStructure(parsed);
  return parsed;
}

function parseLayer(value: unknown, index: number): LayerSpec {
  const place = `layers[${index}]`;
  const type = (value as { type?: unknown } | null)?.type;
  if (typeof type !== "string" || !Object.hasOwn(LAYER_FIELDS, type)) {
    const known = Object.keys(LAYER_FIELDS).join(", ");
    throw new UnsupportedModelError(
      `Cannot read model: ${place}.type is ${show(type)}, expected one of ${known}`,
    );
  }
  const fields = { type: oneOf(type), ...LAYER_FIELDS[type as LayerSpec["type"]] };
  return parseFields(value, fields, place) as unknown as LayerSpec;
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
  const last = spec.layers.length - 1;
  spec.layers.forEach((layer, index) => {
    if (layer.type !== "activation") return;
    if (layer.kind === "sigmoid" && index !== last) {
      fail(`layers[${index}] is a sigmoid, which only the last layer may be`);
    }
    if ((layer.kind === "leakyRelu") !== (layer.alpha !== undefined)) {
      fail(`layers[${index}] must have an alpha if, and only if, it is a leakyRelu`);
    }
  });
  const output = sampleShapes(spec)[last + 1];
  if (output.length !== 1 || output[0] !== 1) {
    fail(`its output has shape [${output.join(", ")}], expected [1]`);
  }
  const parameters = countParameters(spec);
  if (parameters > MAX_PARAMETERS) {
    fail(`it has ${parameters} parameters, more than the ${MAX_PARAMETERS} this package takes`);
  }
  const final = spec.layers[last];
  const sigmoid = final.type === "activation" && final.kind === "sigmoid";
  if (sigmoid !== (spec.loss === "binaryCrossentropy")) {
    fail("binaryCrossentropy and a sigmoid as the last layer go together");
  }
}
