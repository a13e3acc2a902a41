import type { StepFactors } from "../../adam.ts";
import type { StepPosition } from "../../dropout.ts";
import { bindKernels, type Kernels, type KernelTable } from "../assembler/kernel_table.ts";
import type { NodeBase } from "../layout.ts";

/** Options of {@linkcode ExecutionContext}. */
export interface ExecutionContextOptions {
  /** The assembled module. */
  readonly module: WebAssembly.Module;
  /** The memory that all threads share. */
  readonly memory: WebAssembly.Memory;
  /** Address of this thread's own scratch memory. */
  readonly scratch: number;
}

/** What one thread computes with: a module's kernels over the shared memory. */
export class ExecutionContext {
  /** The whole shared memory as float32. */
  readonly floats: Float32Array;
  /** Whether the module has the kernels of training too. */
  readonly trains: boolean;
  /** The whole shared memory as int32. */
  readonly words: Int32Array;
  /** The whole shared memory as bytes. */
  readonly bytes: Uint8Array;
  /** Address of this thread's own scratch memory. */
  readonly scratch: number;
  readonly #exports: WebAssembly.Exports;
  readonly #bound = new Map<KernelTable, Map<string | undefined, unknown>>();

  /** Instantiates the module. */
  constructor({ module, memory, scratch }: ExecutionContextOptions) {
    this.floats = new Float32Array(memory.buffer);
    this.words = new Int32Array(memory.buffer);
    this.bytes = new Uint8Array(memory.buffer);
    this.scratch = scratch;
    this.#exports = new WebAssembly.Instance(module, { env: { memory } }).exports;
    this.trains = "adam" in this.#exports;
  }

  /**
   * The kernels of a table.
   *
   * @param table Their names and parameters.
   * @param node The node that they were assembled for; absent for kernels that all nodes share.
   */
  bind<Table extends KernelTable>(table: Table, node?: string): Kernels<Table> {
    const ofTable = this.#bound.get(table) ?? new Map<string | undefined, unknown>();
    this.#bound.set(table, ofTable);
    const known = ofTable.get(node);
    if (known !== undefined) return known as Kernels<Table>;
    const kernels = bindKernels(this.#exports, { table, node });
    ofTable.set(node, kernels);
    return kernels;
  }
}

/** Consecutive samples of a batch, or entries of an encoder: the part a task works on. */
export interface Part {
  /** Number of the part. */
  readonly index: number;
  /** Place of its first sample in the batch. */
  readonly start: number;
  /** Number of its samples. */
  readonly count: number;
}

/** A forward pass over a part. */
export interface ForwardPass {
  readonly part: Part;
  /**
   * What it is for. The pass that explains is followed by one back to the network's inputs, so it keeps what a training
   * pass keeps, but drops nothing.
   */
  readonly mode: "train" | "predict" | "explain";
  /** Present in training only. */
  readonly position?: StepPosition | undefined;
}

/** A backward pass over a part. */
export interface BackwardPass {
  readonly part: Part;
  /** Whether it computes the gradients of the weights, or the derivatives with respect to the network's inputs. */
  readonly wanted: "weights" | "inputs";
}

/** Whether a backward pass needs the derivatives with respect to a node's input. */
export function passesBack({ input }: NodeBase, { wanted }: BackwardPass): boolean {
  return wanted === "inputs" || !input.ofNetwork;
}

/** A task of the update. */
export interface Update {
  /** First of the rows of weights that move, and how many do. */
  readonly firstRow: number;
  readonly rows: number;
  /** Samples of the batch. */
  readonly samples: number;
  /** Parts that the batch was cut into. */
  readonly parts: number;
  readonly adam: AdamStep;
}

/** What a step of Adam needs besides the gradient. */
export interface AdamStep extends StepFactors {
  /** Addresses of the weights that do not move. */
  readonly frozen: ReadonlySet<number>;
}
