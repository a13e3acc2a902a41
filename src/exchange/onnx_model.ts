/**
 * Trained models as ONNX files.
 *
 * @module
 */

import { checkTrainedModel } from "../model/check_trained.ts";
import packageJson from "../../deno.json" with { type: "json" };
import { describeInputs } from "../model/describe_input.ts";
import { digestWeights } from "../model/digest_weights.ts";
import type { GeneEffects } from "../model/gene_effects.ts";
import { readsSignal } from "../model/inputs.ts";
import { digestJson } from "../model/seal.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { encodeOnnx, type OnnxModel } from "./onnx/message.ts";
import { OUTPUT, writeOnnxGraph } from "./onnx/write_graph.ts";

/** The version of ONNX's operators: that of ONNX 1.8 of 2020, which every run-time of today takes. */
const OPSET = 13;
/** The version of what this package writes into the metadata. */
const VERSION = 1;
/** Name of the metadata that say what the model is. */
export const METADATA = "histone.model";

/** Options of {@linkcode modelToOnnx}. */
export interface OnnxOptions {
  /**
   * Whether the graph applies the transform of the model's record itself, and so takes the values of `inputRecord`, such
   * as counts, or takes values that are transformed already. It concerns the input `signal` alone.
   *
   * @default {"inside"}
   */
  readonly transform?: "inside" | "outside" | undefined;
}

/**
 * Writes a model as an ONNX file, which ONNX Runtime and others run: operator set 13, float32, any number of samples.
 *
 * The inputs have the names and shapes that the model's layers have: `signal` is `[samples, bins, marks]`, and `sequence`
 * is one-hot, `[samples, bases, 4]`. The output `prediction`, `[samples, 1]`, is on the scale of the labels. What a model
 * knows of single genes is left out: it predicts each as a gene that it was not trained on. A panel and a
 * calibration are left out too. The metadata `histone.model` say all of this.
 *
 * @param model The model.
 * @param options Whether the graph transforms the signal.
 * @returns The file.
 * @throws {UnsupportedModelError} If the spec is not valid.
 *
 * @example The file begins with the version of the form, and names its program
 * ```ts
 * import { modelToOnnx } from "@waka/histone/exchange";
 * import { loadStarter } from "@waka/histone/starter";
 * import { ok, strictEqual } from "node:assert";
 *
 * const file = await modelToOnnx(await loadStarter());
 * strictEqual(file[1], 7);
 * ok(new TextDecoder().decode(file.subarray(0, 40)).includes("@waka/histone"));
 * ```
 */
export async function modelToOnnx(
  model: TrainedModel,
  options: OnnxOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  checkTrainedModel(model, "write ONNX");
  const isInside = (options.transform ?? "inside") === "inside" && readsSignal(model.spec);
  return await writeOwnOnnx(model, isInside ? "inside" : "outside");
}

/** Writes a model whose graph transforms the signal or does not. */
async function writeOwnOnnx(
  model: TrainedModel,
  transform: "inside" | "outside",
): Promise<Uint8Array<ArrayBuffer>> {
  const { spec, weights, record, labelScale, geneEffects } = model;
  const graph = writeOnnxGraph(spec, weights.map((values) => Float32Array.from(values)), {
    transform: transform === "inside" ? record.transform : "none",
    labelScale,
    offset: geneEffects?.mean ?? 0,
  });
  const content: OnnxModel = {
    producer: packageJson.name,
    producerVersion: packageJson.version,
    about: describe(model, transform),
    opset: OPSET,
    metadata: new Map([[METADATA, await describeModel(model, transform)]]),
    graph: spec.name,
    nodes: graph.nodes,
    initializers: graph.initializers,
    inputs: graph.inputs,
    outputs: graph.outputs,
  };
  return encodeOnnx(content);
}

/** All of a model but its weights and what it knows of single genes, sealed. */
async function describeModel(
  model: TrainedModel,
  transform: "inside" | "outside",
): Promise<string> {
  const { spec, record, training, labelScale, geneEffects } = model;
  const content = JSON.parse(JSON.stringify({
    version: VERSION,
    transform,
    about: describeInputs(toldOf(model, transform)),
    leftOut: leftOutOf(model),
    spec,
    record,
    training,
    labelScale,
    geneEffects: geneEffects && withoutGenes(geneEffects),
    weightsSha256: await digestWeights(model.weights),
  }));
  content.sha256 = await digestJson(content);
  return JSON.stringify(content);
}

/** What is to be done to what is fed, and not done to what comes out: the graph does that. */
function toldOf(model: TrainedModel, transform: "inside" | "outside") {
  const { spec, record, inputRecord, panel } = model;
  const told = { spec, record: transform === "inside" ? inputRecord : record };
  return panel === undefined ? told : { spec: told.spec, record: told.record, panel };
}

function withoutGenes({ mean, betweenVariance, withinVariance }: GeneEffects): unknown {
  return { genes: [], effects: [], mean, betweenVariance, withinVariance };
}

/**
 * What a model has that an ONNX file of it lacks.
 *
 * @param model The model.
 * @returns Each thing in words; empty if the file has all of the model.
 *
 * @example A model with a panel and a calibration
 * ```ts
 * import { leftOutOf } from "@waka/histone/exchange";
 * import { loadStarter } from "@waka/histone/starter";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(leftOutOf(await loadStarter()).length, 2);
 * ```
 */
export function leftOutOf(
  { geneEffects, panel, calibration }: Pick<TrainedModel, "geneEffects" | "panel" | "calibration">,
): string[] {
  return [
    ...geneEffects === undefined
      ? []
      : ["the effects of single genes: each is predicted as a gene that was not trained on"],
    ...panel === undefined ? [] : ["the reference panel, from which some inputs are made"],
    ...calibration === undefined ? [] : ["the calibration, from which intervals are made"],
  ];
}

function describe(model: TrainedModel, transform: "inside" | "outside"): string {
  const about = describeInputs(toldOf(model, transform));
  const { toDo } = "input" in about ? about.input : about.inputs;
  const unit = model.record.expressionTransform ?? "none";
  const leftOut = leftOutOf(model);
  return [
    `Gene expression from histone marks: ${model.spec.name}.`,
    toDo,
    `The output ${OUTPUT} has one value a sample, in the unit of the labels (transform ${unit}).`,
    ...leftOut.length === 0 ? [] : [`Left out: ${leftOut.join("; ")}.`],
  ].join(" ");
}
