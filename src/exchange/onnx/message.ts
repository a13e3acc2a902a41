/**
 * The parts of an ONNX file that models of this package need, as plain data, and their form in protocol buffers
 * (`onnx.proto`).
 *
 * @module
 */

import { PbfWriter } from "pbf";
import type { Bytes } from "../../base/bytes.ts";

/** An array of numbers: a weight, or an operator's constant. */
export interface OnnxTensor {
  /** Its name; empty for the value of an attribute. */
  readonly name: string;
  /** The extent of each axis. */
  readonly shape: readonly number[];
  /** Its values: float32, or integers. */
  readonly values: Float32Array<ArrayBuffer> | readonly number[];
}

/** The value of an operator's attribute. */
export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly texts: readonly string[] }
  | { readonly tensor: OnnxTensor }
  /** A subgraph or another value that no layer of this package has. */
  | { readonly other: number };

/** One operator of a graph. */
export interface OnnxNode {
  /** Its name, for messages; may be empty. */
  readonly name: string;
  /** What it computes, such as `Conv`. */
  readonly type: string;
  /** Whose operator it is; empty for ONNX's own. */
  readonly domain: string;
  /** Names of the values that it reads; empty for one that is left out. */
  readonly inputs: readonly string[];
  /** Names of the values that it makes. */
  readonly outputs: readonly string[];
  /** By name. */
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

/** An input or output of a graph. */
export interface OnnxValue {
  /** Its name. */
  readonly name: string;
  /** The extent of each axis; a name, which may be empty, for one that is not fixed. `undefined` if it is not said. */
  readonly shape: readonly (number | string)[] | undefined;
}

/** An ONNX file. */
export interface OnnxModel {
  /** The program that wrote it. */
  readonly producer: string;
  /** The version of that program. */
  readonly producerVersion: string;
  /** Words for people. */
  readonly about: string;
  /** The version of ONNX's operators; `undefined` if it is not said. */
  readonly opset: number | undefined;
  /** Texts by name. */
  readonly metadata: ReadonlyMap<string, string>;
  /** Name of the graph. */
  readonly graph: string;
  /** In an order in which they can be computed. */
  readonly nodes: readonly OnnxNode[];
  /** The weights and constants. */
  readonly initializers: readonly OnnxTensor[];
  /** What it takes. */
  readonly inputs: readonly OnnxValue[];
  /** What it returns. */
  readonly outputs: readonly OnnxValue[];
}

/** Field numbers of `onnx.proto`. */
export const FIELDS = {
  model: {
    irVersion: 1,
    producer: 2,
    producerVersion: 3,
    about: 6,
    graph: 7,
    opset: 8,
    metadata: 14,
  },
  opset: { domain: 1, version: 2 },
  entry: { key: 1, value: 2 },
  graph: { node: 1, name: 2, initializer: 5, input: 11, output: 12 },
  node: { input: 1, output: 2, name: 3, type: 4, attribute: 5, domain: 7 },
  attribute: {
    name: 1,
    float: 2,
    int: 3,
    text: 4,
    tensor: 5,
    floats: 7,
    ints: 8,
    texts: 9,
    type: 20,
  },
  tensor: {
    shape: 1,
    type: 2,
    floats: 4,
    int32s: 5,
    int64s: 7,
    name: 8,
    raw: 9,
    doubles: 10,
    location: 14,
  },
  value: { name: 1, type: 2 },
  type: { tensor: 1 },
  tensorType: { element: 1, shape: 2 },
  shape: { axis: 1 },
  axis: { extent: 1, name: 2 },
} as const;

/** Numbers of the types of tensors. */
export const TENSOR_TYPES = {
  float32: 1,
  int32: 6,
  int64: 7,
  float16: 10,
  float64: 11,
  bfloat16: 16,
} as const;

/** Numbers of the types of attributes. */
const ATTRIBUTE_TYPES = { float: 1, int: 2, text: 3, tensor: 4, floats: 6, ints: 7, texts: 8 };

/** The version of the file's form: that of ONNX 1.8, which has operator set 13. */
const IR_VERSION = 7;

/**
 * Writes an ONNX file.
 *
 * @param model Its content, with an operator set.
 * @returns The file.
 */
export function encodeOnnx(model: OnnxModel): Bytes {
  const writer = new PbfWriter();
  const { model: field, opset, entry } = FIELDS;
  writer.writeVarintField(field.irVersion, IR_VERSION);
  writer.writeStringField(field.producer, model.producer);
  writer.writeStringField(field.producerVersion, model.producerVersion);
  writer.writeStringField(field.about, model.about);
  writer.writeMessage(field.graph, writeGraph, model);
  writer.writeMessage(field.opset, (version: number, out: PbfWriter) => {
    out.writeStringField(opset.domain, "");
    out.writeVarintField(opset.version, version);
  }, model.opset ?? 0);
  for (const [key, value] of model.metadata) {
    writer.writeMessage(field.metadata, (_: unknown, out: PbfWriter) => {
      out.writeStringField(entry.key, key);
      out.writeStringField(entry.value, value);
    }, undefined);
  }
  return Uint8Array.from(writer.finish());
}

function writeGraph(model: OnnxModel, out: PbfWriter): void {
  const { graph: field } = FIELDS;
  for (const node of model.nodes) out.writeMessage(field.node, writeNode, node);
  out.writeStringField(field.name, model.graph);
  for (const tensor of model.initializers) {
    out.writeMessage(field.initializer, writeTensor, tensor);
  }
  for (const value of model.inputs) out.writeMessage(field.input, writeValue, value);
  for (const value of model.outputs) out.writeMessage(field.output, writeValue, value);
}

function writeNode(node: OnnxNode, out: PbfWriter): void {
  const { node: field } = FIELDS;
  for (const name of node.inputs) out.writeStringField(field.input, name);
  for (const name of node.outputs) out.writeStringField(field.output, name);
  out.writeStringField(field.name, node.name);
  out.writeStringField(field.type, node.type);
  if (node.domain !== "") out.writeStringField(field.domain, node.domain);
  for (const entry of node.attributes) out.writeMessage(field.attribute, writeAttribute, entry);
}

function writeAttribute(
  [name, value]: readonly [string, OnnxAttribute],
  out: PbfWriter,
): void {
  const { attribute: field } = FIELDS;
  out.writeStringField(field.name, name);
  if ("int" in value) out.writeVarintField(field.int, value.int);
  else if ("float" in value) out.writeFloatField(field.float, value.float);
  else if ("text" in value) {
    out.writeBytesField(field.text, new TextEncoder().encode(value.text));
  } else if ("ints" in value) {
    for (const int of value.ints) out.writeVarintField(field.ints, int);
  } else if ("floats" in value) {
    for (const float of value.floats) out.writeFloatField(field.floats, float);
  } else if ("texts" in value) {
    for (const each of value.texts) {
      out.writeBytesField(field.texts, new TextEncoder().encode(each));
    }
  } else if ("tensor" in value) out.writeMessage(field.tensor, writeTensor, value.tensor);
  const [kind] = Object.keys(value) as [keyof typeof ATTRIBUTE_TYPES];
  out.writeVarintField(field.type, ATTRIBUTE_TYPES[kind]);
}

function writeTensor({ name, shape, values }: OnnxTensor, out: PbfWriter): void {
  const { tensor: field } = FIELDS;
  for (const extent of shape) out.writeVarintField(field.shape, extent);
  const isFloat = values instanceof Float32Array;
  out.writeVarintField(field.type, isFloat ? TENSOR_TYPES.float32 : TENSOR_TYPES.int64);
  out.writeStringField(field.name, name);
  out.writeBytesField(field.raw, isFloat ? packFloats(values) : packIntegers(values));
}

function packFloats(values: Float32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (const [i, value] of values.entries()) view.setFloat32(i * 4, value, true);
  return new Uint8Array(view.buffer);
}

function packIntegers(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 8));
  for (const [i, value] of values.entries()) view.setBigInt64(i * 8, BigInt(value), true);
  return new Uint8Array(view.buffer);
}

function writeValue({ name, shape = [] }: OnnxValue, out: PbfWriter): void {
  out.writeStringField(FIELDS.value.name, name);
  out.writeMessage(FIELDS.value.type, (_: unknown, type: PbfWriter) => {
    type.writeMessage(FIELDS.type.tensor, (_: unknown, tensor: PbfWriter) => {
      tensor.writeVarintField(FIELDS.tensorType.element, TENSOR_TYPES.float32);
      tensor.writeMessage(FIELDS.tensorType.shape, writeShape, shape);
    }, undefined);
  }, undefined);
}

function writeShape(shape: readonly (number | string)[], out: PbfWriter): void {
  for (const extent of shape) {
    out.writeMessage(FIELDS.shape.axis, (_: unknown, axis: PbfWriter) => {
      if (typeof extent === "number") axis.writeVarintField(FIELDS.axis.extent, extent);
      else axis.writeStringField(FIELDS.axis.name, extent);
    }, undefined);
  }
}
