/**
 * Files of models of any kind that is read, told apart by their content.
 *
 * @module
 */

import { ContractError, FormatError } from "../errors.ts";
import type { ByteSource } from "../files/byte_source.ts";
import type { ModelSpec } from "../model/spec.ts";
import { takeWeights, type WeightLayout } from "./named_weights.ts";
import type { OnnxChainOptions } from "./onnx/read_graph.ts";
import { type ReadModel, readOnnx } from "./read_onnx.ts";
import { readSafetensorsHeader, readTensors } from "./safetensors.ts";
import { isOwnSafetensors, readSafetensorsModel } from "./safetensors_model.ts";

/** A kind of file that holds a model. */
export type ModelFileKind = "safetensors" | "onnx";

/** Options of {@linkcode readModelFile}. */
export interface ReadModelOptions extends OnnxChainOptions {
  /** The layers, for a file that holds weights alone. */
  readonly spec?: ModelSpec | undefined;
  /**
   * The layout of weights in such a file; see {@linkcode takeWeights}.
   *
   * @default {"keras"}
   */
  readonly layout?: WeightLayout | undefined;
  /**
   * Names of the tensors in such a file by this package's names.
   *
   * @default {as `takeWeights` finds them}
   */
  readonly names?: Readonly<Record<string, string>> | undefined;
}

/** Bytes at the start of a file by which its kind is told. */
const START_BYTES = 16;
/** Of safetensors, the header follows its length. */
const HEADER_PLACE = 8;
const BRACE = 0x7b;
/** The first field of an ONNX file: the version of its form. */
const IR_VERSION_TAG = 0x08;

/**
 * Tells the kind of a model's file by its first bytes.
 *
 * @param source The file.
 * @returns The kind; `undefined` if it is none that holds a model.
 */
export async function detectModelFile(source: ByteSource): Promise<ModelFileKind | undefined> {
  const start = await source.read(0, Math.min(START_BYTES, source.size));
  if (start[HEADER_PLACE] === BRACE && start.subarray(5, 8).every((byte) => byte === 0)) {
    return "safetensors";
  }
  // The version is below 128, and the next field is a text or the graph.
  const isOnnx = start[0] === IR_VERSION_TAG && start[1]! > 0 && start[1]! < 64 &&
    [0x12, 0x1a, 0x22, 0x32, 0x3a, 0x42].includes(start[2] ?? 0);
  return isOnnx ? "onnx" : undefined;
}

/**
 * Reads a model from a file of any kind that this package knows.
 *
 * @param source The file.
 * @param options What the file may lack.
 * @returns A model of this package, or layers and weights of another program.
 * @throws {FormatError} If the file is damaged, of no kind that is known, or has layers that this package lacks.
 * @throws {ContractError} If weights do not fit the given layers, or layers are needed and not given.
 *
 * @example A file of this package
 * ```ts
 * import { modelToSafetensors, readModelFile } from "@waka/histone/exchange";
 * import { bytesSource } from "@waka/histone/io";
 * import { loadStarter } from "@waka/histone/starter";
 * import { strictEqual } from "node:assert";
 *
 * const file = await modelToSafetensors(await loadStarter());
 * const { model } = await readModelFile(bytesSource(file, "starter.safetensors"));
 * strictEqual(model?.spec.name, "starter");
 * ```
 */
export async function readModelFile(
  source: ByteSource,
  options: ReadModelOptions = {},
): Promise<ReadModel> {
  switch (await detectModelFile(source)) {
    case "safetensors":
      return await readAnySafetensors(source, options);
    case "onnx":
      return await readOnnx(source, options);
    case undefined:
      throw new FormatError(
        "Cannot import model: the file is of no kind that is read, expected safetensors or ONNX",
        { file: source.name },
      );
  }
}

async function readAnySafetensors(
  source: ByteSource,
  { spec, layout, names }: ReadModelOptions,
): Promise<ReadModel> {
  const header = await readSafetensorsHeader(source);
  if (isOwnSafetensors(header)) return { model: await readSafetensorsModel(source) };
  if (spec === undefined) {
    throw new ContractError(
      `Cannot import model: ${source.name} has weights and no layers, expected a spec of these`,
    );
  }
  const tensors = await readTensors(source, header);
  const weights = takeWeights(tensors, { spec, layout, names, file: source.name });
  const origin = `safetensors${describeFormat(header.metadata.get("format"))}`;
  return { network: { spec, weights, origin, notes: [] } };
}

function describeFormat(format: string | undefined): string {
  return format === undefined ? "" : ` of format ${format.slice(0, 40)}`;
}
