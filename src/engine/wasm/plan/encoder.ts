import type { Encoder, LayerChain, ModelGraph } from "../../../model/graph.ts";
import type { InputName } from "../../../model/spec.ts";
import { areWorthSharing, findLayerBySample } from "../../shared_layers.ts";
import type { Allocator, Tensor } from "../layout.ts";
import { planChain } from "./chain.ts";
import type { EncoderChain, FollowedChain, KeptEntries } from "./types.ts";

/** Inputs whose entries the samples of a batch often share: those of a gene. */
const SHARED_INPUTS: ReadonlySet<InputName> = new Set<InputName>([
  "sequence",
  "references",
  "referenceLabels",
  "context",
]);

/** Memory for the references that predictions keep encoded: with 5 marks, those of 1,100 genes in 50 cell types. */
const KEPT_BYTES = 64 * 1024 * 1024;

/** The same for sequences: with 82 values of each, those of 45,000 genes. */
const KEPT_LETTERS_BYTES = 16 * 1024 * 1024;

/** An encoder, as one chain or two. */
export interface PlannedEncoder {
  readonly chains: readonly EncoderChain[];
  /** Indices of the first and the last of them among the chains of all encoders. */
  readonly first: number;
  readonly last: number;
  readonly scratchBytes: number;
}

/**
 * Plans an encoder. Where the samples of a batch share entries, layers before the first dropout or batch normalisation
 * are a chain of their own, which computes an entry once; the layers from there on are computed for each sample.
 */
export function planEncoder(
  graph: ModelGraph,
  encoder: Encoder,
  { memory, batchSize, first }: {
    readonly memory: Allocator;
    readonly batchSize: number;
    /** Index of its first chain. */
    readonly first: number;
  },
): PlannedEncoder {
  const places = encoder.branches.reduce((sum, branch) => {
    return sum + (graph.branches[branch]!.overReferences ? graph.references : 1);
  }, 0);
  const capacity = batchSize * places;
  const [before, after] = cutEncoder(graph, encoder);
  const reads = readsLetters(graph, encoder) ? "letters" : "input";
  if (after === undefined) {
    const { chain, scratchBytes } = planWhole(graph, encoder, { memory, capacity, reads });
    return { chains: [chain], first, last: first, scratchBytes };
  }
  const shared = planPiece(before, {
    memory,
    capacity,
    reads,
    follows: undefined,
    bySample: false,
    last: false,
  });
  const own = planPiece(after, {
    memory,
    capacity,
    reads: shared.chain.output,
    follows: { chain: first, entryOf: memory.take(4 * capacity) },
    bySample: true,
    last: true,
  });
  const kept = reads === "letters" ? planKeptLetters(own.chain, memory) : undefined;
  return {
    chains: [shared.chain, { ...own.chain, kept }],
    first,
    last: first + 1,
    scratchBytes: Math.max(shared.scratchBytes, own.scratchBytes),
  };
}

/** An encoder as one chain. */
function planWhole(
  { branches }: ModelGraph,
  encoder: Encoder,
  { memory, capacity, reads }: {
    readonly memory: Allocator;
    readonly capacity: number;
    readonly reads: "input" | "letters";
  },
): PlannedPiece {
  const bySample = findLayerBySample(encoder.layers) !== undefined;
  const options = { memory, capacity, reads, follows: undefined, last: true } as const;
  const { chain, scratchBytes } = planPiece(encoder, { ...options, bySample });
  const overReferences = encoder.branches.some((branch) => branches[branch]!.overReferences);
  if (reads === "letters") {
    return { chain: { ...chain, kept: planKeptLetters(chain, memory) }, scratchBytes };
  }
  const kept = overReferences && chain.nodes.length > 0 && chain.output.before === 0
    ? planKept(chain, memory)
    : undefined;
  return { chain: { ...chain, kept }, scratchBytes };
}

/** Room for the entries that predictions keep: as many as the memory has place for, and at least those of a batch. */
function planKept({ capacity, input, output }: EncoderChain, memory: Allocator): KeptEntries {
  const bytes = input.sampleStride + output.sampleStride;
  const entries = Math.max(capacity, Math.floor(KEPT_BYTES / bytes));
  const copyOf = (tensor: Tensor): Tensor => {
    const address = memory.take(entries * tensor.sampleStride) + tensor.before * tensor.stride;
    return { ...tensor, address };
  };
  return {
    capacity: entries,
    first: memory.take(4),
    inputs: copyOf(input),
    values: copyOf(output),
  };
}

/** Room for what predictions keep of sequences: the outputs alone, since these are known by their numbers. */
function planKeptLetters({ capacity, output }: EncoderChain, memory: Allocator): KeptEntries {
  const { sampleStride, before, stride } = output;
  const entries = Math.max(capacity, Math.floor(KEPT_LETTERS_BYTES / sampleStride));
  const address = memory.take(entries * sampleStride) + before * stride;
  return {
    capacity: entries,
    first: memory.take(4),
    inputs: undefined,
    values: { ...output, address },
  };
}

/** The layers of an encoder's chains: of one, or of two where the samples of a batch share entries. */
export function cutEncoder(
  graph: ModelGraph,
  encoder: Encoder,
): readonly [chain: LayerChain] | readonly [before: LayerChain, after: LayerChain] {
  const bySample = findLayerBySample(encoder.layers);
  const split = bySample !== undefined && readsSharedInput(graph, encoder) &&
    areWorthSharing(encoder.layers.slice(0, bySample));
  return split ? splitChain(encoder, bySample) : [encoder];
}

function readsSharedInput({ branches, inputs }: ModelGraph, encoder: Encoder): boolean {
  return encoder.branches.some((branch) =>
    SHARED_INPUTS.has(inputs[branches[branch]!.input]!.name)
  );
}

/** Whether an encoder reads nothing but sequences, with a convolution, which looks their letters up in tables. */
export function readsLetters({ branches, inputs }: ModelGraph, encoder: Encoder): boolean {
  return encoder.layers[0]?.type === "conv1d" &&
    encoder.branches.every((branch) => inputs[branches[branch]!.input]!.name === "sequence");
}

function splitChain(chain: LayerChain, index: number): [before: LayerChain, after: LayerChain] {
  const { place, layers, firstLayer, shapes: [first, ...others], outputShape } = chain;
  const [middle, ...last] = others.slice(index - 1);
  const before: LayerChain = {
    place,
    layers: layers.slice(0, index),
    firstLayer,
    shapes: [first, ...others.slice(0, index)],
    outputShape: middle!,
  };
  const after: LayerChain = {
    place,
    layers: layers.slice(index),
    firstLayer: firstLayer + index,
    shapes: [middle!, ...last],
    outputShape,
  };
  return [before, after];
}

/** A chain of an encoder, and the scratch memory that its nodes need. */
interface PlannedPiece {
  readonly chain: EncoderChain;
  readonly scratchBytes: number;
}

function planPiece(
  layers: LayerChain,
  { memory, capacity, reads, follows, bySample, last }: {
    readonly memory: Allocator;
    readonly capacity: number;
    readonly reads: "input" | "letters" | Tensor;
    readonly follows: Omit<FollowedChain, "copies"> | undefined;
    readonly bySample: boolean;
    /** Whether a join reads it. */
    readonly last: boolean;
  },
): PlannedPiece {
  const origins = { samples: memory.take(4 * capacity), references: memory.take(4 * capacity) };
  const options = { memory, capacity, reads, compact: last, origins, entryOf: follows?.entryOf };
  const { scratchBytes, copies, ...chain } = planChain(layers, options);
  const uses = { starts: memory.take(4 * capacity + 4), addresses: memory.take(4 * capacity) };
  return {
    chain: {
      ...chain,
      capacity,
      kept: undefined,
      follows: follows && { ...follows, copies },
      origins,
      uses,
      bySample,
      heavy: reads === "letters",
    },
    scratchBytes,
  };
}
