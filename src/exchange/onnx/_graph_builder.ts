/** Collects the operators of an ONNX graph; the samples' axis is the first of every value. */

import { sizeOf } from "../../model/shapes.ts";
import type { OnnxAttribute, OnnxNode, OnnxTensor } from "./message.ts";

/** A value of the graph. */
export interface GraphValue {
  /** Its name. */
  readonly name: string;
  /** Shape of one sample, as this package has it: channels last. */
  readonly shape: readonly number[];
  /**
   * Whether the two axes of one sample are stored the other way round, `[channels, positions]`, as ONNX's convolutions
   * have them.
   */
  readonly channelsFirst: boolean;
}

/** Collects operators and constants. */
export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  /** What was turned round already, by name and layout, so that it is turned once. */
  readonly #turned = new Map<string, GraphValue>();

  /** Adds a constant, unless it is there already; returns its name. */
  constant(
    name: string,
    { shape, values }: Omit<OnnxTensor, "name">,
  ): string {
    if (!this.initializers.some((tensor) => tensor.name === name)) {
      this.initializers.push({ name, shape, values });
    }
    return name;
  }

  /** Adds a number; returns its name. */
  scalar(value: number): string {
    const rounded = Math.fround(value);
    return this.constant(`number_${rounded}`, { shape: [], values: Float32Array.of(rounded) });
  }

  /** Adds integers, such as axes; returns their name. */
  integers(values: readonly number[]): string {
    return this.constant(`integers_${values.join("_")}`, { shape: [values.length], values });
  }

  /** Adds an operator with one output, which has its name; returns that. */
  node(
    type: string,
    { name, inputs, attributes = {} }: {
      readonly name: string;
      readonly inputs: readonly string[];
      readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
    },
  ): string {
    const map = new Map(Object.entries(attributes));
    this.nodes.push({ name, type, domain: "", inputs, outputs: [name], attributes: map });
    return name;
  }

  /** Adds an operator with the names of its outputs; one that is not used is empty. */
  nodeWithOutputs(node: Omit<OnnxNode, "domain">): void {
    this.nodes.push({
      name: node.name,
      type: node.type,
      domain: "",
      inputs: node.inputs,
      outputs: node.outputs,
      attributes: node.attributes,
    });
  }

  /** A value with its axes in the given order. */
  arrange(value: GraphValue, channelsFirst: boolean): GraphValue {
    if (value.shape.length < 2 || value.channelsFirst === channelsFirst) return value;
    const name = `${value.name}/${channelsFirst ? "channels_first" : "channels_last"}`;
    const known = this.#turned.get(name);
    if (known !== undefined) return known;
    this.node("Transpose", {
      name,
      inputs: [value.name],
      attributes: { perm: { ints: [0, 2, 1] } },
    });
    const turned = { name, shape: value.shape, channelsFirst };
    this.#turned.set(name, turned);
    return turned;
  }

  /** Makes a value of another shape; both have their channels last. */
  reshape(name: string, value: GraphValue, shape: readonly number[]): GraphValue {
    const last = this.arrange(value, false);
    // 0 keeps the number of samples.
    const target = this.integers([0, ...shape]);
    if (sizeOf(shape) !== sizeOf(value.shape)) throw new RangeError(`Cannot reshape ${name}`);
    this.node("Reshape", { name, inputs: [last.name, target] });
    return { name, shape, channelsFirst: false };
  }
}
