/**
 * The paths from the marks of a gene in one cell type to its marks in another, and what each value adds along them.
 *
 * What else differs between the two cell types, the context that a panel gives, does not move along a path: it is that of
 * one end. So there are two paths, one in the context of each end, and marks have the mean of both; the context has the mean
 * of what its exchange adds at each end. All of them add up to the change.
 */

import type { InputGradients } from "../../engine/engine.ts";
import { type DenseInputs, gatherDense, type GatherOptions } from "../dense_inputs.ts";
import type { BlockChanges } from "./_block.ts";
import { countPlaces, type MarkLayout } from "./_mark_layout.ts";
import type { BlockCall, ExplainedNetwork } from "../explained_network.ts";
import { gaussLegendre } from "../quadrature.ts";

/** Pairs of samples of genes, `[pair]` each. */
export interface SamplePairs {
  /** The place of each pair's gene in the block. */
  readonly genes: Uint32Array;
  /** The position of the sample at which changes begin. */
  readonly from: Uint32Array<ArrayBuffer>;
  /** The position of the sample at which they end. */
  readonly to: Uint32Array<ArrayBuffer>;
  /** What the pair counts; those of a gene add up to 1. */
  readonly weights: Float64Array;
}

/** What paths are made for. */
interface PathOptions {
  readonly layout: MarkLayout;
  readonly steps: number;
  /** Number of genes in the block. */
  readonly genes: number;
  readonly call: BlockCall;
}

/** The marks of both ends, and predictions there. */
interface Ends {
  readonly from: DenseInputs;
  readonly to: DenseInputs;
  readonly fromPredictions: Float32Array;
  readonly toPredictions: Float32Array;
}

/** Explains the changes of pairs of samples with one model, and averages them by gene. */
export async function explainPairs(
  network: ExplainedNetwork,
  pairs: SamplePairs,
  options: PathOptions,
): Promise<BlockChanges> {
  const { layout, genes, call: { signal, onShare } } = options;
  const moving = network.inputs.filter(({ name }) =>
    layout.inputs.some((input) => input.name === name)
  );
  const ends: Ends = {
    from: await gatherMarks(network, pairs.from, { inputs: moving, signal }),
    to: await gatherMarks(network, pairs.to, { inputs: moving, signal }),
    fromPredictions: await network.predictSamples(pairs.from, { signal }),
    toPredictions: await network.predictSamples(pairs.to, { signal }),
  };
  const found = makeBlock(genes, layout);
  addPredictions(found, pairs, ends);
  if (!layout.hasContext) {
    const gradients = await integrate(network, { end: "to", pairs, ends, onShare, options });
    addContributions(found, gradients, { pairs, ends, layout, share: 1 });
    return found;
  }
  for (const [i, end] of (["to", "from"] as const).entries()) {
    const half = (share: number) => onShare((i + share) / 2);
    const gradients = await integrate(network, { end, pairs, ends, onShare: half, options });
    addContributions(found, gradients, { pairs, ends, layout, share: 0.5 });
  }
  // The marks of one end in the context of the other.
  const inTo = await network.predictBeginnings(pathsTo("to", { network, pairs, ends }), { signal });
  const inFrom = await network.predictBeginnings(
    pathsTo("from", { network, pairs, ends }),
    { signal },
  );
  for (const [pair, gene] of pairs.genes.entries()) {
    const atFrom = inTo[pair]! - ends.fromPredictions[pair]!;
    const atTo = ends.toPredictions[pair]! - inFrom[pair]!;
    found.context[gene]! += pairs.weights[pair]! * (atFrom + atTo) / 2;
  }
  return found;
}

async function gatherMarks(
  network: ExplainedNetwork,
  positions: Uint32Array,
  options: GatherOptions,
): Promise<DenseInputs> {
  return await gatherDense(network.open.source, network.rowsOf(positions), options);
}

function makeBlock(genes: number, layout: MarkLayout): BlockChanges {
  const marks = layout.marks.length;
  return {
    from: new Float64Array(genes),
    to: new Float64Array(genes),
    changes: new Float64Array(genes),
    places: new Float64Array(genes * countPlaces(layout) * marks),
    whole: new Float64Array(genes * marks),
    context: new Float64Array(genes),
  };
}

function addPredictions(
  { from, to, changes }: BlockChanges,
  { genes, weights }: SamplePairs,
  { fromPredictions, toPredictions }: Ends,
): void {
  for (const [pair, gene] of genes.entries()) {
    const [weight, start, end] = [weights[pair]!, fromPredictions[pair]!, toPredictions[pair]!];
    from[gene]! += weight * start;
    to[gene]! += weight * end;
    changes[gene]! += weight * (end - start);
  }
}

/** Paths that end at one side, in its context, and begin with the marks of the other. */
function pathsTo(
  end: "from" | "to",
  { network, pairs, ends }: {
    readonly network: ExplainedNetwork;
    readonly pairs: SamplePairs;
    readonly ends: Ends;
  },
) {
  const others = ends[end === "to" ? "from" : "to"];
  return {
    source: network.open.source,
    rows: network.rowsOf(pairs[end]),
    baselines: Object.fromEntries(others),
    baselineOf: Uint32Array.from(pairs.genes, (_, pair) => pair),
  };
}

/** The mean gradients along the paths to one end, by the rule of Gauss and Legendre. */
async function integrate(
  network: ExplainedNetwork,
  { end, pairs, ends, onShare, options: { steps, call: { signal } } }: {
    readonly end: "from" | "to";
    readonly pairs: SamplePairs;
    readonly ends: Ends;
    readonly onShare: (share: number) => void;
    readonly options: PathOptions;
  },
): Promise<InputGradients> {
  return await network.pathGradients({
    ...pathsTo(end, { network, pairs, ends }),
    ...gaussLegendre(steps),
  }, { signal, onProgress: ({ done, total }) => onShare(done / total) });
}

/** Adds what each value of the marks adds to the change: its mean gradient times what it differs by. */
function addContributions(
  { places: intoPlaces, whole }: BlockChanges,
  gradients: InputGradients,
  { pairs: { genes, weights }, ends, layout, share }: {
    readonly pairs: SamplePairs;
    readonly ends: Ends;
    readonly layout: MarkLayout;
    /** What these paths count. */
    readonly share: number;
  },
): void {
  const [marks, placeCount] = [layout.marks.length, countPlaces(layout)];
  for (const input of layout.inputs) {
    const { size, places } = input;
    const slopes = gradients[input.name]!;
    const [from, to] = [ends.from.get(input.name)!, ends.to.get(input.name)!];
    for (const [pair, gene] of genes.entries()) {
      const weight = share * weights[pair]!;
      const first = pair * size;
      for (let value = 0; value < size; value++) {
        const difference = to[first + value]! - from[first + value]!;
        if (difference === 0) continue;
        const added = weight * difference * slopes[first + value]!;
        const mark = input.marks[value]!;
        const place = places[value]!;
        if (place < 0) whole[gene * marks + mark]! += added;
        else intoPlaces[(gene * placeCount + place) * marks + mark]! += added;
      }
    }
  }
}
