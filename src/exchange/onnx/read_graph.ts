/**
 * Reads an ONNX graph as the layers of a sequential model. It follows the one chain of operators from input to output and
 * knows at each what the axes are; whatever is no layer of this package is refused by name.
 *
 * @module
 */

import { FormatError } from "../../errors.ts";
import type { ReadChain } from "../network.ts";
import { ChainState, describeNode } from "./_chain_state.ts";
import { GraphIndex } from "./_graph_index.ts";
import type { OnnxModel, OnnxValue } from "./message.ts";
import { readOperator } from "./_read_operator.ts";
import { matchGelu } from "./_read_gelu.ts";
import type { Axis } from "./_axes.ts";

/** Options of {@linkcode readOnnxChain}. */
export interface OnnxChainOptions {
  /** The order of the input's axes after the samples'; found out if it is not given. */
  readonly axes?: "bins-marks" | "marks-bins" | undefined;
}

/** What came of reading a graph with one order of axes. */
type Attempt = { readonly chain: ReadChain } | {
  readonly error: FormatError;
  readonly steps: number;
};

/**
 * Reads the layers of a graph.
 *
 * @param model The ONNX file.
 * @param file Its name, for messages.
 * @param options The order of the input's axes.
 * @returns The layers with their weights.
 * @throws {FormatError} Naming the first operator that no layer of this package computes, or if either order of the
 * input's axes is possible.
 */
export function readOnnxChain(
  model: OnnxModel,
  file: string,
  { axes }: OnnxChainOptions = {},
): ReadChain {
  const tries = axes === undefined ? ["bins-marks", "marks-bins"] as const : [axes];
  const attempts = tries.map((order) => attempt(model, file, order));
  const found = attempts.flatMap((each) => "chain" in each ? [each.chain] : []);
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    throw new FormatError(
      "Cannot read ONNX: its input may be [samples, bins, marks] or [samples, marks, bins], and the operators do not " +
        "tell which, expected it to be named (--axes)",
      { file },
    );
  }
  const failed = attempts.flatMap((each) => "error" in each ? [each] : []);
  // The order that led further is the right one, as far as can be said.
  throw failed.reduce((best, each) => each.steps > best.steps ? each : best).error;
}

function attempt(model: OnnxModel, file: string, order: "bins-marks" | "marks-bins"): Attempt {
  const walk = new ChainWalk(model, file);
  try {
    return { chain: walk.read(order) };
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    return { error, steps: walk.steps };
  }
}

class ChainWalk {
  /** Operators that were read. */
  steps = 0;
  readonly #model: OnnxModel;
  readonly #file: string;
  readonly #index: GraphIndex;

  constructor(model: OnnxModel, file: string) {
    this.#model = model;
    this.#file = file;
    this.#index = new GraphIndex(model);
  }

  read(order: "bins-marks" | "marks-bins"): ReadChain {
    const { input, bins, marks } = this.#readInput(order);
    const [output, ...others] = this.#model.outputs;
    if (output === undefined || others.length > 0) {
      this.#fail(`it has ${this.#model.outputs.length} outputs, expected one`);
    }
    const axes = inputAxes({ order, bins, marks });
    const state = new ChainState(this.#index, axes, (found) => this.#fail(found));
    state.moveTo(input.name, axes);
    while (state.value !== output.name) this.#step(state);
    const { producer, producerVersion } = this.#model;
    return {
      name: this.#model.graph.slice(0, 100) || "imported",
      bins,
      marks,
      layers: state.list.layers,
      origin: `ONNX by ${`${producer} ${producerVersion}`.trim() || "an unnamed program"}`,
      transform: state.transform,
      notes: [...new Set(state.list.notes)],
    };
  }

  #step(state: ChainState): void {
    // A graph may be a circle.
    if (++this.steps > this.#model.nodes.length) this.#fail("its operators form a circle");
    const gelu = matchGelu(this.#index, state.value);
    if (gelu !== undefined) {
      state.list.add({ type: "activation", kind: "gelu" });
      state.moveTo(gelu, state.axes);
      return;
    }
    const readers = this.#index.readers(state.value);
    const [node] = readers;
    if (node === undefined) this.#fail(`nothing reads "${state.value}", and it is not the output`);
    if (readers.length > 1) {
      const names = readers.slice(0, 3).map(describeNode).join(", ");
      this.#fail(`${names} read the same value, expected a chain of layers`);
    }
    readOperator(state, node);
  }

  #readInput(
    order: "bins-marks" | "marks-bins",
  ): { input: OnnxValue; bins: number; marks: number } {
    // Older programs list the weights among the inputs.
    const inputs = this.#model.inputs.filter(({ name }) =>
      this.#index.constant(name) === undefined
    );
    const [input] = inputs;
    if (input === undefined || inputs.length > 1) {
      this.#fail(`it has ${inputs.length} inputs, expected one: bins and marks of a sample`);
    }
    const [first, second, ...rest] = input.shape?.slice(1) ?? [];
    if (typeof first !== "number" || typeof second !== "number" || rest.length > 0) {
      this.#fail(
        `its input "${input.name}" has the axes [${
          input.shape?.map((axis) => axis || "?").join(", ") ?? "?"
        }], expected ` +
          "samples and two others of fixed extents",
      );
    }
    return order === "bins-marks"
      ? { input, bins: first, marks: second }
      : { input, bins: second, marks: first };
  }

  #fail(found: string): never {
    throw new FormatError(`Cannot read ONNX: ${found}`, { file: this.#file });
  }
}

function inputAxes(
  { order, bins, marks }: {
    readonly order: "bins-marks" | "marks-bins";
    readonly bins: number;
    readonly marks: number;
  },
): Axis[] {
  const [positions, channels]: Axis[] = [
    { kind: "positions", extent: bins },
    { kind: "channels", extent: marks },
  ];
  const samples: Axis = { kind: "samples", extent: NaN };
  return order === "bins-marks"
    ? [samples, positions!, channels!]
    : [samples, channels!, positions!];
}
