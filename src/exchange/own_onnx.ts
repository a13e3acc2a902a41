/**
 * ONNX files of this package, read back.
 *
 * @module
 */

import { parseJson } from "../base/parse_json.ts";
import { HistoneError } from "../errors.ts";
import { digestWeights } from "../model/digest_weights.ts";
import { type GeneEffects, parseGeneEffects } from "../model/gene_effects.ts";
import { parseSpec } from "../model/parse_spec.ts";
import { readTraining } from "../model/read_training.ts";
import { digestJson } from "../model/seal.ts";
import type { LabelScale, TrainedModel } from "../model/trained_model.ts";
import { withInputRecord } from "../model/trained_model.ts";
import { parseRecord } from "../record.ts";
import { METADATA } from "./onnx_model.ts";
import { encodeOnnx, type OnnxModel } from "./onnx/message.ts";
import { readOwnWeights } from "./onnx/own_weights.ts";
import { type OnnxGraph, writeOnnxGraph } from "./onnx/write_graph.ts";

/** Whether a file says that this package wrote it. */
export function isOwnOnnx({ metadata }: OnnxModel): boolean {
  return metadata.has(METADATA);
}

/**
 * Reads a file that this package wrote, and makes sure that it is as it was written: what it says of itself is sealed, and
 * the same model gives the same graph.
 *
 * @param onnx What the file holds.
 * @param file Its name, for messages.
 * @returns The model without what `modelToOnnx` leaves out; `undefined` if the file was changed since.
 */
export async function readOwnOnnx(
  onnx: OnnxModel,
  file: string,
): Promise<TrainedModel | undefined> {
  try {
    const content = Object(parseJson(onnx.metadata.get(METADATA) ?? ""));
    const { sha256, ...sealed } = content;
    if (sha256 !== await digestJson(sealed)) return undefined;
    const spec = parseSpec(content.spec);
    const weights = readOwnWeights(spec, onnx.initializers);
    if (weights === undefined) return undefined;
    if (content.weightsSha256 !== await digestWeights(weights)) return undefined;
    // The seal holds, so these are as they were written.
    const labelScale: LabelScale | undefined = content.labelScale;
    const geneEffects: GeneEffects | undefined = content.geneEffects &&
      parseGeneEffects(content.geneEffects, file);
    const record = parseRecord(content.record, file);
    const graph = writeOnnxGraph(spec, weights, {
      transform: content.transform === "inside" ? record.transform : "none",
      labelScale,
      offset: geneEffects?.mean ?? 0,
    });
    if (!isSameGraph(onnx, graph)) return undefined;
    return withInputRecord({
      spec,
      weights,
      record,
      training: readTraining(content.training, file),
      ...(labelScale && { labelScale }),
      ...(geneEffects && { geneEffects }),
    });
  } catch (error) {
    // Whoever edits a file may leave anything there.
    if (
      error instanceof HistoneError || error instanceof SyntaxError ||
      error instanceof RangeError || error instanceof TypeError
    ) return undefined;
    throw error;
  }
}

function isSameGraph(found: OnnxGraph, written: OnnxGraph): boolean {
  const [one, other] = [found, written].map(encodeGraph) as [Uint8Array, Uint8Array];
  return one.length === other.length && one.every((byte, i) => byte === other[i]);
}

function encodeGraph({ nodes, initializers, inputs, outputs }: OnnxGraph): Uint8Array {
  const header = { producer: "", producerVersion: "", about: "", graph: "", opset: 0 };
  const metadata = new Map<string, string>();
  return encodeOnnx(Object.assign(header, { metadata, nodes, initializers, inputs, outputs }));
}
