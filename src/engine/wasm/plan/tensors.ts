import type { LayerChain } from "../../../model/graph.ts";
import { convPadding } from "../../../model/shapes.ts";
import type { LayerGroup } from "../../layer_groups.ts";
import type { Conv1dLayer, LayerSpec } from "../../../model/spec.ts";
import { type Allocator, roundUp, spreadStride, type Tensor } from "../layout.ts";
import { planLetters } from "./letters.ts";

/**
 * What a chain reads: an input of the network, the letters of a sequence by a convolution, the rows of a join, or the
 * outputs of another chain.
 */
export type ChainReads = "input" | "letters" | "join" | Tensor;

/** What decides how a tensor is laid out, besides its size. */
export interface TensorOptions {
  /** The group that writes it, or `"input"` for the chain's input; absent where no group reads it. */
  readonly group: LayerGroup | "input" | undefined;
  /** Rows of zeros. */
  readonly before?: number;
  readonly after?: number;
  /**
   * Bytes between rows.
   *
   * @default the least that whole vectors take
   */
  readonly stride?: number;
  /**
   * Whether the derivatives take the place of the values, which nothing reads after them.
   *
   * @default {false}
   */
  readonly inPlace?: boolean | undefined;
}

/** Lays out the tensors of a chain. */
export class TensorPlanner {
  readonly #chain: LayerChain;
  readonly #memory: Allocator;
  readonly #capacity: number;

  /** `capacity` is the number of samples, or entries, that a tensor has room for. */
  constructor(
    chain: LayerChain,
    { memory, capacity }: { readonly memory: Allocator; readonly capacity: number },
  ) {
    this.#chain = chain;
    this.#memory = memory;
    this.#capacity = capacity;
  }

  /** What the chain reads. */
  planInput(reads: ChainReads): Tensor {
    if (reads === "letters") return this.#planLetters();
    if (typeof reads === "object") {
      const { rows, channels, stride, segment } = reads;
      return { ...this.plan(rows, channels, { group: "input", stride }), segment };
    }
    const { shapes: [[first, second]], layers } = this.#chain;
    const [rows, channels] = second === undefined ? [1, first] : [first, second];
    // A convolution reads the channels of neighbouring positions in one piece, if there are no gaps between them.
    const convolved = reads === "input" && layers[0]?.type === "conv1d";
    const stride = convolved ? 4 * channels : roundUp(4 * channels);
    const values = this.plan(rows, channels, { group: "input", stride });
    if (reads === "join") return values;
    if (stride % 16 === 0) return { ...values, ofNetwork: true };
    // The derivatives' rows may be whole vectors nevertheless; see `inputDeltaStride`.
    const rowsAtMost = Math.ceil(values.sampleStride / stride);
    const deltaSampleStride = spreadStride(rowsAtMost * roundUp(stride) + 16);
    const address = this.#memory.take(deltaSampleStride * this.#capacity);
    const delta = address + values.before * roundUp(stride);
    return { ...values, ofNetwork: true, delta, deltaSampleStride };
  }

  #planLetters(): Tensor {
    const { shapes: [[bases]], layers: [conv] } = this.#chain;
    const [memory, capacity] = [this.#memory, this.#capacity];
    return planLetters(bases, { conv: conv as Conv1dLayer, memory, capacity });
  }

  /** An output of the shape of an input. */
  planLike(
    { rows, channels, stride, segment }: Tensor,
    options: Pick<TensorOptions, "group" | "inPlace">,
  ): Tensor {
    const { group, inPlace } = options;
    return { ...this.plan(rows, channels, { group, stride, inPlace }), segment };
  }

  /** The layer that reads what a group writes, if it has one. */
  readerOf(group: LayerGroup): LayerSpec | undefined {
    const { layers, firstLayer } = this.#chain;
    return layers[group.layer - firstLayer + group.layers];
  }

  /** A tensor with the rows of zeros around it that its reader and the options ask for. */
  plan(rows: number, channels: number, options: TensorOptions): Tensor {
    const { group, stride = roundUp(4 * channels) } = options;
    const next = group === "input" ? this.#chain.layers[0] : group && this.readerOf(group);
    const padding = next?.type === "conv1d" ? convPadding(next) : { left: 0, right: 0 };
    const before = Math.max(padding.left, options.before ?? 0);
    const after = Math.max(padding.right, options.after ?? 0);
    // Vector loads may read past the end of the last row.
    const sampleStride = spreadStride((before + rows + after) * stride + 16);
    const take = () => this.#memory.take(sampleStride * this.#capacity) + before * stride;
    const address = take();
    return {
      address,
      delta: options.inPlace === true ? address : take(),
      sampleStride,
      deltaSampleStride: sampleStride,
      ofNetwork: false,
      before,
      rows,
      stride,
      channels,
      segment: { count: channels, padded: stride / 4 },
    };
  }
}

/** The same memory as one row. */
export function flattenTensor(input: Tensor): Tensor {
  const { rows, stride, channels } = input;
  return { ...input, rows: 1, stride: rows * stride, channels: rows * channels };
}
