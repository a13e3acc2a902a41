/** Where the reader of a chain is: at which value, with which axes, after which layers. */

import type { Axis, RowOrder } from "./_axes.ts";
import type { GraphIndex } from "./_graph_index.ts";
import { LayerList } from "./_layer_list.ts";
import type { OnnxNode } from "./message.ts";
import { orderRows, type Values } from "./weight_layout.ts";

/** The place of a reader in a graph. */
export class ChainState {
  readonly index: GraphIndex;
  readonly list = new LayerList();
  /** The value that is read next. */
  value = "";
  /** Its axes. */
  axes: readonly Axis[];
  /** The order of a row's values, where it is not that of this package. */
  order: RowOrder | undefined;
  /** What the graph does to its input before the first layer. */
  transform: "log1p" | "asinh" | undefined;
  /** Whether 1 was added to the input, whose logarithm follows. */
  isRaised = false;
  /** Extents of the values so far. */
  readonly shapes = new Map<string, readonly number[]>();
  readonly #fail: (found: string) => never;

  constructor(index: GraphIndex, axes: readonly Axis[], fail: (found: string) => never) {
    this.index = index;
    this.axes = axes;
    this.#fail = fail;
  }

  /** Continues at the output of what was read. */
  moveTo(value: string | undefined, axes: readonly Axis[]): void {
    this.value = value ?? "";
    this.axes = axes;
    this.shapes.set(this.value, axes.map(({ extent }) => extent));
  }

  /** Continues at an operator's output, whose axes are those of its input. */
  pass({ outputs }: OnnxNode): void {
    this.moveTo(outputs[0], this.axes);
  }

  /** Refuses an operator. */
  refuse(node: OnnxNode, what: string): never {
    return this.#fail(`operator ${describeNode(node)} ${what}`);
  }

  /** A constant that an operator needs. */
  need(node: OnnxNode, input: number): Values {
    return this.index.floats(node.inputs[input]) ??
      this.refuse(
        node,
        `reads "${node.inputs[input] ?? ""}", expected a constant of floating point`,
      );
  }

  /** Finds an axis; -1 if the value lacks it. */
  find(kind: Axis["kind"]): number {
    return this.axes.findIndex((axis) => axis.kind === kind);
  }

  /** Brings values by channel, or by value of a row, into this package's order. */
  ordered(values: Values, columns = 1): Values {
    if (this.order === undefined || this.find("row") < 0) return values;
    const { positions, channels } = this.order;
    if (values.length !== positions * channels * columns) return values;
    return orderRows(values, { positions, channels, columns });
  }
}

/** An operator by its name and what it computes. */
export function describeNode({ name, type }: OnnxNode): string {
  return name === "" ? type : `${type} "${name.slice(0, 100)}"`;
}
