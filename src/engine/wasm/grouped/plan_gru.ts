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
  readonly firstColumn: number;
  /** Of the whole kernel. */
  readonly columns: number;
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
  const [ofProject, ofGates, ofCandidate] = placed;
  const own = index === 0 ? "forward_gru" : "backward_gru";
  const row = (rows: number, channels: number) =>
    memory.tensor({ rows, channels, stride: strideOf(channels) });
  const named = (part: string) => `${name}.${index}.${part}`;
  const project = makeConv(
    projectStep,
    { name: named("project"), input, output: row(input.rows, 3 * units), ...ofProject! },
    { kernel: `${own}/kernel`, bias: `${own}/bias`, firstColumn: 0, columns: 3 * units },
  );
  if (recurrent === undefined) return { project, recurrent: undefined };
  const source = { kernel: `${own}/recurrent_kernel`, columns: 3 * units } as const;
  const state = halfOf(output, index * units, units);
  const gated = memory.tensor({ rows: 1, channels: units, stride: units });
  const gates = makeConv(
    recurrent.gates,
    { name: named("gates"), input: state, output: row(1, 2 * units), ...ofGates! },
    { ...source, firstColumn: 0 },
  );
  const candidate = makeConv(
    recurrent.candidate,
    { name: named("candidate"), input: gated, output: row(1, units), ...ofCandidate! },
    { ...source, firstColumn: 2 * units },
  );
  return { project, recurrent: { gates, candidate } };
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
