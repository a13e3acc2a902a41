/** Files of models in formats of other programs. */

import { readOnnxFile } from "../../exchange/read_onnx.ts";
import { isOwnOnnx } from "../../exchange/own_onnx.ts";
import { type ModelFileKind, readModelFile } from "../../exchange/read_any.ts";
import { readSafetensorsHeader } from "../../exchange/safetensors.ts";
import { isOwnSafetensors } from "../../exchange/safetensors_model.ts";
import type { OnnxValue } from "../../exchange/onnx/message.ts";
import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { countParameters, sizeOf } from "../../model/shapes.ts";
import { type Description, type Fact, grouped, listFacts, someOf } from "./facts.ts";

/** Describes a model's file of a kind that is known. */
export async function describeModelFile(
  source: ByteSource,
  kind: ModelFileKind,
): Promise<Description> {
  switch (kind) {
    case "safetensors":
      return await describeSafetensors(source);
    case "onnx":
      return await describeOnnx(source);
    case "hdf5":
      return await describeHdf5(source);
    case "keras":
      return await describeKeras(source, ".keras");
  }
}

async function describeSafetensors(source: ByteSource): Promise<Description> {
  const header = await readSafetensorsHeader(source);
  const { tensors, metadata } = header;
  const isOwn = isOwnSafetensors(header);
  const values = tensors.filter(({ dtype }) => dtype !== "U8").reduce(
    (sum, { shape }) => sum + sizeOf(shape),
    0,
  );
  const names = tensors.map(({ name }) => name);
  return {
    kind: "safetensors",
    what: isOwn
      ? "a model in safetensors, which import takes"
      : "weights in safetensors, which import takes with a spec and a data record",
    facts: listFacts([
      ["tensors", "tensors", names, someOf(names)],
      ["weights", "weights", values, grouped(values)],
      ["format", "format", metadata.get("format")],
    ]),
  };
}

async function describeOnnx(source: ByteSource): Promise<Description> {
  const model = await readOnnxFile(source);
  const { producer, producerVersion, opset, nodes, inputs, outputs, initializers } = model;
  const constants = new Set(initializers.map(({ name }) => name));
  const weights = initializers.reduce((sum, { values }) => sum + values.length, 0);
  const taken = inputs.filter(({ name }) => !constants.has(name)).map(describeValue);
  const facts: Fact[] = listFacts([
    ["producer", "written by", `${producer} ${producerVersion}`.trim() || undefined],
    ["opset", "operator set", opset],
    ["operators", "operators", nodes.length],
    ["weights", "weights and constants", weights, grouped(weights)],
    ["inputs", "inputs", taken, taken.slice(0, 10).join(", ")],
    ["outputs", "outputs", outputs.map(describeValue), outputs.map(describeValue).join(", ")],
  ]);
  const how = isOwnOnnx(model) ? "which import takes" : "which import takes with a data record";
  return { kind: "onnx", what: `a model in ONNX, ${how}`, facts };
}

function describeValue({ name, shape }: OnnxValue): string {
  return `${name} [${shape?.map((extent) => extent === "" ? "?" : extent).join(", ") ?? "?"}]`;
}

/** HDF5 holds anything: what is no model of Keras is not damaged for that. */
async function describeHdf5(source: ByteSource): Promise<Description> {
  try {
    return await describeKeras(source, "HDF5");
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return {
      kind: "hdf5",
      what: "HDF5, of which only whole models of Keras are read: write data as Zarr or as a table",
      facts: listFacts([["reason", "not a model", error.message]]),
    };
  }
}

async function describeKeras(source: ByteSource, form: string): Promise<Description> {
  const { network } = await readModelFile(source);
  const { spec, origin } = network!;
  const weights = countParameters(spec);
  return {
    kind: "keras",
    what: `a model of Keras (${form}), which import takes with a data record`,
    facts: listFacts([
      ["name", "name", spec.name],
      ["weights", "weights", weights, grouped(weights)],
      ["program", "written by", origin],
    ]),
  };
}
