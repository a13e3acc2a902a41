import { strictEqual } from "node:assert";
import { fusesMultiplyAdd, supportsRelaxedSimd } from "../../../src/engine/wasm/arithmetic.ts";
import { ModuleAssembler } from "../../../src/engine/wasm/assembler/assembler.ts";

/** Computes a · a + b in float32, by relaxed SIMD in an assembled module. */
function multiplyAdd(a: number, b: number): number {
  const assembler = new ModuleAssembler(true);
  assembler.addFunction("probe", ["address"], (code, { address }) => {
    code.get(address);
    for (const offset of [0, 16, 32]) code.get(address).load(offset);
    code.op("f32x4.relaxed_madd").store(48);
  });
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const values = new Float32Array(memory.buffer);
  values.fill(a, 0, 8).fill(b, 8, 12);
  const module = new WebAssembly.Module(assembler.toBytes(1));
  const { probe } = new WebAssembly.Instance(module, { env: { memory } }).exports;
  (probe as (address: number) => void)(0);
  return values[12]!;
}

Deno.test("the module that asks how multiply-add rounds answers as an assembled one does", () => {
  strictEqual(supportsRelaxedSimd(), true);
  const factor = 1 + 2 ** -12;
  const rest = multiplyAdd(factor, -Math.fround(factor * factor));
  strictEqual(rest === 0 || rest === 2 ** -24, true);
  strictEqual(fusesMultiplyAdd(), rest !== 0);
});
