/**
 * Tables of kernels: the one place where a kernel's name and parameters are defined. The code that assembles a kernel
 * and the code that calls it both use its table, so the compiler finds a misspelt name or a missing argument, which
 * would otherwise make the kernel compute on address 0.
 *
 * @module
 */

import type {
  FunctionAssembler,
  ModuleAssembler,
  ParameterLocals,
  Signature,
} from "./assembler.ts";

/** Kernels by name, each with its parameters in the order in which it is called. */
export type KernelTable = Readonly<Record<string, Signature>>;

/** A kernel, ready to be called with addresses, sizes in bytes, counts and factors. */
export type Kernel<S extends Signature> = (...parameters: { [Index in keyof S]: number }) => void;

/** All kernels of a table, ready to be called. */
export type Kernels<Table extends KernelTable> = {
  readonly [Name in keyof Table]: Kernel<Table[Name]>;
};

/** Adds a kernel of a table to a module; `assemble` writes its code, given the parameters by name. */
export type AddKernel<Table extends KernelTable> = <Name extends keyof Table & string>(
  name: Name,
  assemble: (code: FunctionAssembler, parameters: ParameterLocals<Table[Name]>) => void,
) => void;

/** Selects some of a module's kernels; the names of a node's kernels begin with the node's name. */
export interface KernelGroup<Table extends KernelTable> {
  /** Names and parameters. */
  readonly table: Table;
  /** Name of the node; absent for kernels that all nodes share. */
  readonly node?: string | undefined;
}

/** Returns a function that adds the kernels of a table to a module. */
export function kernelAdder<const Table extends KernelTable>(
  module: ModuleAssembler,
  { table, node }: KernelGroup<Table>,
): AddKernel<Table> {
  return (name, assemble) => {
    module.addFunction(exportName(node, name), table[name] as Table[typeof name], assemble);
  };
}

/** Kernels of training that are not named after a gradient or a backward pass. */
const TRAINING_KERNELS: ReadonlySet<string> = new Set([
  "adam",
  "addSubsets",
  "blockMaxima",
  "clearTiles",
  "columnSum",
  "columnMoments",
  "dropoutMask",
  "dropoutWords",
  "gatherDots",
  "multiplyRows",
  "packMask",
  "pullRows",
  "pushRows",
  "scatterDots",
  "sparseAdam",
  "spreadRow",
  "sumDelta",
  "transformFilters",
  "transformNarrowPanel",
  "transformPanel",
  "transformedForward",
  "transposeSquares",
]);

/**
 * Whether only training and the gradients of inputs run a kernel, by its exported name: those that pass derivatives back
 * have names that end in `Gradient` or `Backward`. A module for predictions is made without them.
 */
export function trains(name: string): boolean {
  const own = name.slice(name.lastIndexOf(".") + 1);
  // Without a regular expression, which would be compiled before the first prediction.
  const lower = own.toLowerCase();
  return lower.endsWith("gradient") || lower.endsWith("backward") || TRAINING_KERNELS.has(own);
}

/**
 * Takes the kernels of a table from a module's exports. One that {@linkcode trains} may be missing; calling it throws.
 *
 * @throws {Error} If the module lacks another one.
 */
export function bindKernels<const Table extends KernelTable>(
  exports: WebAssembly.Exports,
  { table, node }: KernelGroup<Table>,
): Kernels<Table> {
  const kernels = Object.keys(table).map((name) => {
    const exported = exportName(node, name);
    const kernel = exports[exported];
    if (kernel !== undefined) return [name, kernel];
    if (trains(exported)) return [name, () => refuseKernel(exported)];
    throw new Error(`Cannot bind kernel ${exported}: the module lacks it`);
  });
  return Object.fromEntries(kernels);
}

function refuseKernel(name: string): never {
  throw new Error(
    `Cannot run kernel ${name}: found a module for predictions, expected all kernels`,
  );
}

function exportName(node: string | undefined, name: string): string {
  return node === undefined ? name : `${node}.${name}`;
}
