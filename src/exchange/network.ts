/**
 * Models of other programs, as specs and weights.
 *
 * @module
 */

import { ContractError, FormatError, UnsupportedModelError } from "../errors.ts";
import { checkWeights } from "../model/check_weights.ts";
import type { Weights } from "../model/initial_weights.ts";
import { lossWords } from "../model/loss.ts";
import { modelInputs, readsSequence } from "../model/inputs.ts";
import { readsPanel } from "../model/panel_inputs.ts";
import { parseSpec } from "../model/parse_spec.ts";
import type { LayerSpec, Loss, ModelSpec } from "../model/spec.ts";
import { type LabelScale, type TrainedModel, withInputRecord } from "../model/trained_model.ts";
import type { DataRecord, Transform } from "../record.ts";

/** A model of another program: layers and weights, and nothing of the data that it was trained on. */
export interface ForeignNetwork {
  /** The layers. */
  readonly spec: ModelSpec;
  /** In the order of `weightShapes(spec)`. */
  readonly weights: Weights;
  /** What made the file, in words, such as `keras v2.11.0`. */
  readonly origin: string;
  /**
   * The transform that the graph itself applies to what it is fed; absent for none. The network's record says it, so that
   * counts are fed.
   */
  readonly transform?: Exclude<Transform, "none"> | undefined;
  /** What was read in another form than it had, in sentences. */
  readonly notes: readonly string[];
}

/** A layer with its weights, in the order of `weightShapes`. */
export interface ReadLayer {
  /** The layer. */
  readonly layer: LayerSpec;
  /** Its weights. */
  readonly weights: readonly Float32Array<ArrayBuffer>[];
}

/** Consecutive layers that were read. */
export interface ReadChain {
  /** Name of the model. */
  readonly name: string;
  /** Shape of a sample. */
  readonly bins: number;
  /** Number of marks of a bin. */
  readonly marks: number;
  /** From input to output. */
  readonly layers: readonly ReadLayer[];
  /** What made it. */
  readonly origin: string;
  /** The transform that the graph applies. */
  readonly transform?: Exclude<Transform, "none"> | undefined;
  /** What was read in another form. */
  readonly notes: readonly string[];
}

/**
 * Makes a sequential model of layers that were read.
 *
 * @param chain The layers.
 * @param file Name of the file, for messages.
 * @returns The model.
 * @throws {FormatError} If the layers do not fit each other, or end in more than one value.
 */
export function networkOf(chain: ReadChain, file: string): ForeignNetwork {
  const { name, bins, marks, layers, origin, transform, notes } = chain;
  const last = layers.at(-1)?.layer;
  const isBinary = last?.type === "activation" && last.kind === "sigmoid";
  const loss: Loss = isBinary ? "binaryCrossentropy" : "meanSquaredError";
  const weights = layers.flatMap((each) => each.weights);
  try {
    const spec: ModelSpec = parseSpec({
      name,
      bins,
      marks,
      layers: layers.map(({ layer }) => layer),
      loss,
    });
    checkWeights(spec, weights);
    const network = { spec, weights, origin, notes: [...notes, noteTaken(loss)] };
    return transform === undefined ? network : Object.assign(network, { transform });
  } catch (cause) {
    if (!(cause instanceof UnsupportedModelError || cause instanceof ContractError)) throw cause;
    throw new FormatError(cause.message, { file, cause });
  }
}

/** Says that a loss was taken for want of another. */
export function noteTaken(loss: Loss): string {
  return `The file does not say what training minimised: the ${
    lossWords(loss)
  } is taken, which matters only where training continues.`;
}

/** What {@linkcode adoptNetwork} must be told. */
export interface AdoptOptions {
  /**
   * Describes the data that the network was trained on. Nobody but who trained it knows that, so nothing stands for it.
   * Its transform is the one that the values had when they were fed.
   */
  readonly record: DataRecord;
  /**
   * The scale on which the network predicts.
   *
   * @default {that of the labels}
   */
  readonly labelScale?: LabelScale | undefined;
}

/**
 * Makes a model of this package of one of another program.
 *
 * @param network Its layers and weights.
 * @param options The record of the data that it was trained on.
 * @returns The model. Its training settings are 0 epochs on 0 samples, which is what this package did, and
 * `importedFrom`.
 * @throws {ContractError} If the record contradicts the network, or the network reads a reference panel.
 *
 * @example A network that was read, with the record of its data
 * ```ts
 * import { adoptNetwork } from "@waka/histone/exchange";
 * import { initialWeights, presetSpec } from "@waka/histone/model";
 * import { COMPETITION_RECORD } from "@waka/histone/record";
 * import { strictEqual } from "node:assert";
 *
 * const spec = presetSpec("experiment1");
 * const network = { spec, weights: initialWeights(spec, 1), origin: "keras v2.11.0", notes: [] };
 * const model = adoptNetwork(network, { record: COMPETITION_RECORD });
 * strictEqual(model.training.importedFrom, "keras v2.11.0");
 * ```
 */
export function adoptNetwork(network: ForeignNetwork, options: AdoptOptions): TrainedModel {
  const { spec, weights, origin } = network;
  const record = recordFor(network, options.record);
  checkWeights(spec, weights);
  if (readsPanel(spec)) {
    throw new ContractError(
      `Cannot import model: "${spec.name}" reads a reference panel, which the file does not hold, expected a safetensors ` +
        "file of this package",
    );
  }
  const { labelScale } = options;
  return withInputRecord({
    spec,
    weights,
    record,
    // What this package did, which is nothing; the settings of another program are not known.
    training: {
      engine: "another program",
      seed: 0,
      epochs: 0,
      batchSize: 1,
      learningRate: 0.001,
      samples: 0,
      importedFrom: origin,
    },
    ...(labelScale && { labelScale }),
  });
}

/** The record with the graph's own transform, if it fits the network. */
function recordFor({ spec, transform }: ForeignNetwork, given: DataRecord): DataRecord {
  const signal = modelInputs(spec).find((input) => input.name === "signal");
  const fail = (found: string): never => {
    throw new ContractError(`Cannot import model: ${found}`);
  };
  if (signal !== undefined && signal.marks !== given.marks.length) {
    fail(
      `the record names ${given.marks.length} marks (${
        given.marks.join(", ")
      }), expected ${signal.marks}, as many as ` +
        "the network reads",
    );
  }
  if (readsSequence(spec) && given.sequence === undefined) {
    fail("the record has no sequence, expected one, since the network reads DNA");
  }
  if (transform === undefined || given.transform === transform) return given;
  if (given.transform === "none") return Object.assign(structuredClone(given), { transform });
  return fail(
    `the record says that the network was fed values after ${given.transform}, and the network applies ${transform} ` +
      "itself, expected a record with transform none",
  );
}
