/**
 * ONNX files of any program.
 *
 * @module
 */

import { FormatError } from "../errors.ts";
import type { ByteSource } from "../files/byte_source.ts";
import { type BinarySource, openSource } from "../files/open_source.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { type ForeignNetwork, networkOf } from "./network.ts";
import type { OnnxModel } from "./onnx/message.ts";
import { type OnnxChainOptions, readOnnxChain } from "./onnx/read_graph.ts";
import { decodeOnnx } from "./onnx/read_message.ts";
import { isOwnOnnx, readOwnOnnx } from "./own_onnx.ts";

/** The greatest model of this package has a fourth of it in weights; protocol buffers end at 2 GiB. */
const MOST_BYTES = 2 ** 31 - 1;

/** A model of this package, or layers and weights of another program. */
export type ReadModel =
  | {
    /** The model, with the record of its data. */
    readonly model: TrainedModel;
    /** For a network of another program only. */
    readonly network?: undefined;
  }
  | {
    /** The layers and weights. */
    readonly network: ForeignNetwork;
    /** For a model of this package only. */
    readonly model?: undefined;
  };

/** Reads the messages of an ONNX file. */
export async function readOnnxFile(source: ByteSource): Promise<OnnxModel> {
  if (source.size > MOST_BYTES) {
    throw new FormatError(
      `Cannot read ONNX: it has ${source.size} bytes, expected at most ${MOST_BYTES}`,
      { file: source.name },
    );
  }
  return decodeOnnx(await source.read(0, source.size), source.name);
}

/**
 * Reads a model from an ONNX file: one that this package wrote, or the layers of a graph that PyTorch, Keras or another
 * program wrote, if this package has all of them.
 *
 * @param file The file.
 * @param options The order of the axes of another program's input, if its operators do not tell it.
 * @returns A model, if this package wrote the file and it is as it was written; else a network.
 * @throws {FormatError} If the file is damaged, or naming the first operator that is no layer of this package.
 *
 * @example A file of this package
 * ```ts
 * import { modelToOnnx, readOnnx } from "@waka/histone/exchange";
 * import { loadStarter } from "@waka/histone/starter";
 * import { deepStrictEqual } from "node:assert";
 *
 * const starter = await loadStarter();
 * const { model } = await readOnnx(await modelToOnnx(starter));
 * deepStrictEqual(model?.weights, starter.weights);
 * ```
 */
export async function readOnnx(
  file: BinarySource,
  options: OnnxChainOptions = {},
): Promise<ReadModel> {
  using source = await openSource(file);
  const onnx = await readOnnxFile(source);
  if (isOwnOnnx(onnx)) {
    const model = await readOwnOnnx(onnx, source.name);
    if (model !== undefined) return { model };
  }
  return { network: networkOf(readOnnxChain(onnx, source.name, options), source.name) };
}
