import { wasmMemory } from "../../base/shared_memory.ts";
import { ModuleAssembler } from "./assembler/assembler.ts";

/** The square of 1 + 2⁻¹² minus its own value in float32: 2⁻²⁴ if multiply-add rounds once, after the sum, else 0. */
const FACTOR = 1 + 2 ** -12;
const MINUS_ROUNDED_SQUARE = -(1 + 2 ** -11);

let fuses: boolean | undefined;

/**
 * Whether relaxed SIMD's multiply-add rounds once on this machine. Where the processor cannot fuse, or the runtime is
 * set not to, the instruction exists too and rounds twice: only its result shows which.
 */
export function fusesMultiplyAdd(): boolean {
  return fuses ??= supportsRelaxedSimd() && probe() !== 0;
}

function probe(): number {
  const memory = wasmMemory(1);
  const values = new Float32Array(memory.buffer);
  values.fill(FACTOR, 0, 8).fill(MINUS_ROUNDED_SQUARE, 8, 12);
  const module = new WebAssembly.Module(assembleProbe());
  const { probe } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  (probe as (address: number) => void)(0);
  return values[12]!;
}

/** Whether this machine runs relaxed SIMD at all. */
export function supportsRelaxedSimd(): boolean {
  return WebAssembly.validate(assembleProbe());
}

function assembleProbe(): Uint8Array<ArrayBuffer> {
  const assembler = new ModuleAssembler(true);
  assembler.addFunction("probe", ["address"], (code, { address }) => {
    code.get(address);
    for (const offset of [0, 16, 32]) code.get(address).load(offset);
    code.op("f32x4.relaxed_madd").store(48);
  });
  return assembler.toBytes(1);
}

let separates: boolean | undefined;

/** Whether a module may have a memory of its own beside the shared one on this machine. */
export function supportsOwnMemory(): boolean {
  return separates ??= WebAssembly.validate(
    new ModuleAssembler(false, () => true, { bytes: 1 }).toBytes(1),
  );
}
