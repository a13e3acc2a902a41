/** An ONNX graph by the names of its values. */

import type { OnnxModel, OnnxNode, OnnxTensor } from "./message.ts";

/** Operators that make small arrays of integers, such as the shape of a Reshape. */
const PASSING = ["Unsqueeze", "Squeeze", "Reshape", "Cast", "Identity"];
/** Operators that leave zeros zeros. */
const KEEPS_ZEROS = [
  "Expand",
  "Identity",
  "Reshape",
  "Slice",
  "Squeeze",
  "Tile",
  "Transpose",
  "Unsqueeze",
];
/** Deeper chains of such operators are not followed. */
const MOST_STEPS = 50;
/** Longer arrays of integers are no shapes. */
const MOST_INTEGERS = 1000;

/** What is known while integers are looked for. */
interface Search {
  /** Extents of values. */
  readonly shapes: ReadonlyMap<string, readonly number[]>;
  /** Arrays that were looked for, since operators may read one another twice over many levels. */
  readonly found: Map<string, readonly number[] | undefined>;
  readonly steps: number;
}

/** Constants, and who makes and reads which value. */
export class GraphIndex {
  readonly #constants = new Map<string, OnnxTensor>();
  readonly #makers = new Map<string, OnnxNode>();
  readonly #readers = new Map<string, OnnxNode[]>();

  constructor(model: OnnxModel) {
    for (const tensor of model.initializers) this.#constants.set(tensor.name, tensor);
    for (const node of model.nodes) {
      if (node.type === "Constant") this.#addConstant(node);
      const same = node.type === "Identity" ? this.#constants.get(node.inputs[0] ?? "") : undefined;
      if (same !== undefined) this.#constants.set(node.outputs[0] ?? "", same);
      for (const output of node.outputs) this.#makers.set(output, node);
      for (const input of new Set(node.inputs)) {
        const readers = this.#readers.get(input);
        if (readers === undefined) this.#readers.set(input, [node]);
        else readers.push(node);
      }
    }
  }

  /** The constant of a name. */
  constant(name: string | undefined): OnnxTensor | undefined {
    return this.#constants.get(name ?? "");
  }

  /** The operators that read a value, without those that only ask for its shape. */
  readers(name: string): readonly OnnxNode[] {
    return (this.#readers.get(name) ?? []).filter((node) => !this.#asksForShape(node));
  }

  /** Whether nothing but the shape of what an operator makes is used. */
  #asksForShape(node: OnnxNode): boolean {
    if (node.type === "Shape") return true;
    if (node.type !== "Transpose") return false;
    const readers = this.#readers.get(node.outputs[0] ?? "") ?? [];
    return readers.length > 0 && readers.every(({ type }) => type === "Shape");
  }

  #shapeOf(
    name: string | undefined,
    shapes: ReadonlyMap<string, readonly number[]>,
  ): readonly number[] | undefined {
    const known = shapes.get(name ?? "");
    const node = this.#makers.get(name ?? "");
    if (known !== undefined || node?.type !== "Transpose") return known;
    const shape = shapes.get(node.inputs[0] ?? "");
    return shape && intsOf(node, "perm")?.map((from) => shape[from] ?? 0);
  }

  /** A constant of float32. */
  floats(name: string | undefined): Float32Array<ArrayBuffer> | undefined {
    const values = this.constant(name)?.values;
    return values instanceof Float32Array ? values : undefined;
  }

  /** The only number of a constant. */
  number(name: string | undefined): number | undefined {
    const values = this.constant(name)?.values;
    return values?.length === 1 ? values[0] : undefined;
  }

  /**
   * Integers that are constant, or follow from the shapes of values.
   *
   * @param name Name of the array.
   * @param shapes Extents of the values that are known; NaN for the number of samples.
   */
  integers(
    name: string | undefined,
    shapes: ReadonlyMap<string, readonly number[]>,
  ): readonly number[] | undefined {
    return this.#search(name ?? "", { shapes, found: new Map(), steps: 0 });
  }

  #search(name: string, search: Search): readonly number[] | undefined {
    const { found } = search;
    if (!found.has(name)) found.set(name, this.#compute(name, search));
    return found.get(name);
  }

  #compute(name: string, { shapes, found, steps }: Search): readonly number[] | undefined {
    const constant = this.constant(name);
    if (constant !== undefined) {
      return constant.values instanceof Float32Array ? undefined : constant.values;
    }
    const node = this.#makers.get(name);
    if (node === undefined || steps > MOST_STEPS) return undefined;
    const read = (input: number) =>
      this.#search(node.inputs[input] ?? "", { shapes, found, steps: steps + 1 });
    if (node.type === "Shape") {
      const shape = this.#shapeOf(node.inputs[0], shapes);
      return shape?.slice(intOf(node, "start", 0), intOf(node, "end", shape.length));
    }
    if (PASSING.includes(node.type)) return read(0);
    if (node.type === "Gather") {
      const [values, places] = [read(0), read(1)];
      return values && places?.map((place) => values.at(place) ?? 0);
    }
    if (node.type === "Concat") {
      const parts = node.inputs.map((_, input) => read(input));
      const length = parts.reduce((sum, part) => sum + (part?.length ?? Infinity), 0);
      return length > MOST_INTEGERS ? undefined : parts.flatMap((part) => part ?? []);
    }
    if (node.type === "Mul") {
      const [one, other] = [read(0), read(1)];
      return one && other && one.length === other.length
        ? one.map((value, i) => value * other[i]!)
        : undefined;
    }
    if (node.type === "Slice") {
      const [values, start, end] = [read(0), read(1), read(2)];
      return values && start && end && values.slice(start[0], end[0]);
    }
    return undefined;
  }

  /** Whether a value is zero everywhere, such as the first state of a recurrent layer. */
  isZero(name: string | undefined, steps = 0): boolean {
    const constant = this.constant(name);
    if (constant !== undefined) return constant.values.every((value) => value === 0);
    const node = this.#makers.get(name ?? "");
    if (node === undefined || steps > MOST_STEPS) return false;
    if (node.type === "ConstantOfShape") {
      const value = node.attributes.get("value");
      return value === undefined ||
        "tensor" in value && value.tensor.values.every((each) => each === 0);
    }
    return KEEPS_ZEROS.includes(node.type) && this.isZero(node.inputs[0], steps + 1);
  }

  #addConstant(node: OnnxNode): void {
    const name = node.outputs[0] ?? "";
    for (const [kind, value] of node.attributes) {
      if (kind === "value" && "tensor" in value) this.#constants.set(name, value.tensor);
      else if (kind === "value_int" && "int" in value) {
        this.#constants.set(name, { name, shape: [], values: [value.int] });
      } else if (kind === "value_ints" && "ints" in value) {
        this.#constants.set(name, { name, shape: [value.ints.length], values: value.ints });
      } else if (kind === "value_float" && "float" in value) {
        this.#constants.set(name, { name, shape: [], values: Float32Array.of(value.float) });
      }
    }
  }
}

/** An integer attribute. */
export function intOf({ attributes }: OnnxNode, name: string, usual: number): number {
  const value = attributes.get(name);
  return value !== undefined && "int" in value ? value.int : usual;
}

/** A number attribute. */
export function floatOf({ attributes }: OnnxNode, name: string, usual: number): number {
  const value = attributes.get(name);
  return value !== undefined && "float" in value ? value.float : usual;
}

/** A list attribute; `undefined` if it is not there. */
export function intsOf({ attributes }: OnnxNode, name: string): readonly number[] | undefined {
  const value = attributes.get(name);
  return value !== undefined && "ints" in value ? value.ints : undefined;
}

/** A text attribute. */
export function textOf({ attributes }: OnnxNode, name: string, usual: string): string {
  const value = attributes.get(name);
  return value !== undefined && "text" in value ? value.text : usual;
}
