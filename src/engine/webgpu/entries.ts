/**
 * The places of a batch's entries on the GPU, and which of them each sample has.
 *
 * An encoder computes each item of its batch: an entry of one of its inputs, once, however many samples share it.
 * Dropout and batch normalisation see samples in training, so from the first of them on there is an item for each use
 * of an entry by a sample; for input gradients there is one from the start.
 *
 * These buffers say which sample uses what. All begin with `[model, …]`, and all but the last are of u32:
 *
 * - `places`: the number of items of each encoder, and of shared items; `[sample]` the number of references present;
 *   then of each branch `[sample, reference]`, or `[sample]`, the item in its encoder, {@linkcode NO_ITEM} where the
 *   reference is missing.
 * - `encoderE.items`: `[item]` index of the branch, the entry in its input, and where in `uses` its uses begin and end.
 * - `encoderE.uses`: sample · references + reference, or the sample, of each use.
 * - `encoderE.origins`: `[item]` sample and reference, where a dropout needs them.
 * - `encoderE.shared` and `encoderE.sharedUses`, where only the first layers share: the same of these layers, the uses
 *   being items; `encoderE.parents`: `[item]` the shared item that it continues.
 * - `input.NAME`: `[entry, …values of one]` as float32; of a sequence, `[entry, word]` of packed codes, see
 *   `letters.ts`.
 *
 * @module
 */

import { branchInputShape } from "../../model/inputs.ts";
import type { Encoder, GraphBranch, ModelGraph } from "../../model/graph.ts";
import { sizeOf } from "../../model/shapes.ts";
import type { InputSpec } from "../../model/spec.ts";
import { entrySize, placesOf } from "../sample_source.ts";
import { areWorthSharing, findLayerBySample } from "../shared_layers.ts";
import { bindRead, type GraphPurpose } from "./kernel.ts";
import { countWords } from "./letters.ts";
import type { ItemCount } from "./tensors.ts";

/** Marks a missing reference, as `NO_ENTRY` of the samples does. */
export const NO_ITEM = "0xffffffffu";

/** An input as it is uploaded. */
export interface InputEntries {
  readonly spec: InputSpec;
  /** Name of the buffer of its values. */
  readonly buffer: string;
  /** Entries of a sample, 1 or the number of references. */
  readonly places: number;
  /** 32-bit values of an entry in the buffer, where the codes of a sequence are packed. */
  readonly words: number;
  /** Values of an entry as the data hold it, and as a branch reads it. */
  readonly entrySize: number;
  readonly readSize: number;
  /** Entries that there is room for in a batch. */
  readonly capacity: number;
}

/** A branch and the items that it uses. */
export interface BranchEntries {
  readonly branch: GraphBranch;
  readonly input: InputEntries;
  /** Place of its part in `places`, among a model's. */
  readonly offset: number;
}

/** An encoder and its items. */
export interface EncoderEntries {
  readonly index: number;
  readonly encoder: Encoder;
  /** Indices of its branches. */
  readonly branches: readonly number[];
  /** Whether each use of an entry by a sample is an item. */
  readonly expanded: boolean;
  /** Number of leading layers that compute shared items although the others do not, or 0. */
  readonly sharedLayers: number;
  /** Whether a dropout needs its items' origins. */
  readonly hasOrigins: boolean;
  /** Items that there is room for in a batch. */
  readonly capacity: number;
}

/** The entries of a model's batches. */
export class EntryLayout {
  readonly samples: number;
  readonly references: number;
  readonly inputs: readonly InputEntries[];
  readonly branches: readonly BranchEntries[];
  readonly encoders: readonly EncoderEntries[];
  /** Values of a model in `places`. */
  readonly stride: number;

  /** Lays out the entries of batches of up to `samples` samples. */
  constructor(
    graph: ModelGraph,
    { samples, purpose }: { readonly samples: number; readonly purpose: GraphPurpose },
  ) {
    this.samples = samples;
    this.references = graph.references;
    this.inputs = graph.inputs.map((spec) => layoutInput(spec, samples));
    let offset = this.presentOffset(graph.encoders.length) + samples;
    this.branches = graph.branches.map((branch) => {
      const input = this.inputs[branch.input]!;
      const start = offset;
      offset += samples * input.places;
      return { branch, input, offset: start };
    });
    this.stride = offset;
    this.encoders = graph.encoders.map((encoder, index) => {
      const training = purpose === "training";
      const { layers } = encoder;
      const bySample = training ? findLayerBySample(layers) : undefined;
      return {
        index,
        encoder,
        branches: encoder.branches,
        expanded: purpose === "inputGradients" || bySample !== undefined,
        sharedLayers: bySample !== undefined && areWorthSharing(layers.slice(0, bySample))
          ? bySample
          : 0,
        hasOrigins: training && layers.some(({ type }) => type === "dropout"),
        capacity: encoder.branches.reduce(
          (sum, branch) => sum + samples * this.branches[branch]!.input.places,
          0,
        ),
      };
    });
  }

  /** Place in `places` of the numbers of references present, among a model's. */
  presentOffset(encoders: number = this.encoders.length): number {
    return 2 * encoders;
  }

  /** The number of items of an encoder. */
  countItems(encoder: number): ItemCount {
    return {
      wgsl: `places[model * ${this.stride}u + ${encoder}u]`,
      buffers: { places: bindRead("places", "u32") },
    };
  }

  /** The number of shared items of an encoder whose leading layers compute them. */
  countShared(encoder: number): ItemCount {
    return this.countItems(this.encoders.length + encoder);
  }

  /** WGSL for the number of references that a sample has. */
  presentWgsl(sample: string): string {
    return `places[model * ${this.stride}u + ${this.presentOffset()}u + ${sample}]`;
  }

  /** WGSL for the item that a sample has of a branch, of one reference if it is over references. */
  itemWgsl(branch: number, sample: string, reference: string = "0u"): string {
    const { input: { places }, offset } = this.branches[branch]!;
    const place = places === 1 ? sample : `${sample} * ${places}u + ${reference}`;
    return `places[model * ${this.stride}u + ${offset}u + ${place}]`;
  }
}

function layoutInput(spec: InputSpec, samples: number): InputEntries {
  const places = placesOf(spec);
  return {
    spec,
    buffer: `input.${spec.name}`,
    places,
    words: spec.name === "sequence" ? countWords(spec.bases) : entrySize(spec),
    entrySize: entrySize(spec),
    readSize: sizeOf(branchInputShape(spec)),
    capacity: samples * places,
  };
}
