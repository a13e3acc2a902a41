import type { LayerWeightShape } from "../../../model/shapes.ts";
import { type LaneAllocator, type LaneTensor, VECTOR } from "./layout.ts";
import { type ConvStep, type GruStep, strideOf } from "./steps.ts";
import type { ConvNode, GruDirection, GruNode } from "./types.ts";

/** Where the weights of a convolution lie, as its kernels read them. */
export interface PlacedWeights {
  readonly weights: number;
  readonly epilogue: number;
}

/** A convolution's name and places. */
export interface PlacedConv extends PlacedWeights {
  readonly name: string;
  readonly input: LaneTensor;
  readonly output: LaneTensor;
}

/** Which of a layer's weights a convolution has: some columns of a kernel, and a bias or none. */
export interface WeightSource {
  readonly kernel: LayerWeightShape["name"];
  readonly bias?: LayerWeightShape["name"];
  readonly columns: ConvNode["columns"];
}

/** What the nodes of a chain are made with. */
export interface NodeMaker {
  readonly memory: LaneAllocator;
  readonly makeConv: (step: ConvStep, places: PlacedConv, source: WeightSource) => ConvNode;
}

/** Places of a bidirectional GRU; `placed` has those of its convolutions in the order of `convStepsOf`. */
export interface PlacedGru {
  readonly name: string;
  readonly input: LaneTensor;
  readonly output: LaneTensor;
  readonly placed: readonly PlacedWeights[];
}

/** Plans a bidirectional GRU: products for each direction, whose state is its half of the output. */
export function planGru(step: GruStep, { placed, ...base }: PlacedGru, maker: NodeMaker): GruNode {
  const count = placed.length / 2;
  const direction = (index: 0 | 1) =>
    planDirection(
      step,
      { ...base, index, placed: placed.slice(index * count, (index + 1) * count) },
      maker,
    );
  return { ...base, kind: "gru", units: step.units, directions: [direction(0), direction(1)] };
}

function planDirection(
  { units, project: projectStep, recurrent }: GruStep,
  { name, input, output, index, placed }: PlacedGru & { readonly index: 0 | 1 },
  { memory, makeConv }: NodeMaker,
): GruDirection {
  const [ofProject, ofResets, ofGates, ofCandidate] = placed;
  const own = index === 0 ? "forward_gru" : "backward_gru";
  const row = (rows: number, channels: number) =>
    memory.tensor({ rows, channels, stride: strideOf(channels) });
  const named = (part: string) => `${name}.${index}.${part}`;
  const ofInput = { kernel: `${own}/kernel`, bias: `${own}/bias` } as const;
  const ofState = { kernel: `${own}/recurrent_kernel` } as const;
  const [z, r, c] = [0, 1, 2];
  const project = makeConv(
    projectStep,
    { name: named("project"), input, output: row(input.rows, 2 * units), ...ofProject! },
    { ...ofInput, columns: columnsOf([z, c], units) },
  );
  if (recurrent === undefined) return { project, recurrent: undefined };
  const state = halfOf(output, index * units, units);
  const gated = memory.tensor({ rows: 1, channels: units, stride: units });
  const later = withoutRow(input, index === 0 ? "first" : "last");
  const resets = makeConv(
    recurrent.resets,
    { name: named("resets"), input: later, output: row(later.rows, units), ...ofResets! },
    { ...ofInput, columns: columnsOf([r], units) },
  );
  const gates = makeConv(
    recurrent.gates,
    { name: named("gates"), input: state, output: row(1, 2 * units), ...ofGates! },
    { ...ofState, columns: columnsOf([z, r], units) },
  );
  const candidate = makeConv(
    recurrent.candidate,
    { name: named("candidate"), input: gated, output: row(1, units), ...ofCandidate! },
    { ...ofState, columns: columnsOf([c], units) },
  );
  return { project, recurrent: { resets, gates, candidate } };
}

/** The columns of some gates, which a kernel has in the order z, r, c. */
function columnsOf(gates: readonly number[], units: number): ConvNode["columns"] {
  const used = gates.flatMap((gate) => Array.from({ length: units }, (_, i) => gate * units + i));
  return { used, total: 3 * units };
}

/** All rows but the first or the last. */
function withoutRow(tensor: LaneTensor, row: "first" | "last"): LaneTensor {
  const { address, rows, stride } = tensor;
  return { ...tensor, address: address + (row === "first" ? stride * VECTOR : 0), rows: rows - 1 };
}

/** Some channels of a tensor of one row. */
function halfOf({ address, quadBytes }: LaneTensor, first: number, channels: number): LaneTensor {
  return {
    address: address + first * VECTOR,
    rows: 1,
    channels,
    stride: channels,
    quadBytes,
    segment: { count: channels, padded: channels },
  };
}
