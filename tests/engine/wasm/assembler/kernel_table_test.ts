import { strictEqual, throws } from "node:assert";
import { ModuleAssembler } from "../../../../src/engine/wasm/assembler/assembler.ts";
import { bindKernels, kernelAdder } from "../../../../src/engine/wasm/assembler/kernel_table.ts";
import { ExecutionContext } from "../../../../src/engine/wasm/ops/context.ts";

const TABLE = {
  scale: ["target", "source", "factor: f32"],
  copy: ["target", "source"],
} as const;

/** A context whose module has both kernels, of the node "node". */
async function contextOfNode(): Promise<ExecutionContext> {
  const module = new ModuleAssembler(false);
  const add = kernelAdder(module, { table: TABLE, node: "node" });
  add("scale", (code, { target, source, factor }) => {
    code.get(target).get(source).load().get(factor).op("f32x4.splat").op("f32x4.mul").store();
  });
  add("copy", (code, { target, source }) => {
    code.get(target).get(source).load().store();
  });
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const compiled = await WebAssembly.compile(module.toBytes(1));
  return new ExecutionContext({ module: compiled, memory, scratch: 0 });
}

Deno.test("a kernel is assembled and called by its signature in the table", async () => {
  const context = await contextOfNode();
  const { scale, copy } = context.bind(TABLE, "node");
  context.floats.set([1, 2, 3, 4], 16);
  scale(128, 64, 2.5);
  copy(192, 128);
  strictEqual(context.floats.subarray(48, 52).join(), "2.5,5,7.5,10");
  strictEqual(context.bind(TABLE, "node").scale, scale);
});

Deno.test("a kernel that the module lacks is refused when it is bound, with its name", async () => {
  const context = await contextOfNode();
  throws(
    () => context.bind(TABLE, "other"),
    /Cannot bind kernel other\.scale: the module lacks it/,
  );
  throws(() => bindKernels({}, { table: TABLE }), /Cannot bind kernel scale/);
});

/** Never run: what stands after each `@ts-expect-error` must not compile. */
export function mistakesThatDoNotCompile(module: ModuleAssembler, context: ExecutionContext): void {
  const add = kernelAdder(module, { table: TABLE });
  // @ts-expect-error A misspelt kernel.
  add("scael", () => {});
  // @ts-expect-error A misspelt parameter.
  add("copy", (code, { tagret }) => void code.get(tagret));
  const kernels = context.bind(TABLE, "node");
  // @ts-expect-error A misspelt kernel.
  kernels.scael(0, 0, 1);
  // @ts-expect-error A missing argument, for which the kernel would read 0.
  kernels.scale(0, 0);
  // @ts-expect-error One argument too many.
  kernels.copy(0, 0, 1);
}
