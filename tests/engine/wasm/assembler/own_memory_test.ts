import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { ModuleAssembler } from "../../../../src/engine/wasm/assembler/assembler.ts";
import { OwnMemory } from "../../../../src/engine/wasm/assembler/own_memory.ts";
import { supportsOwnMemory } from "../../../../src/engine/wasm/arithmetic.ts";
import { OwnAllocator } from "../../../../src/engine/wasm/layout.ts";

const KERNELS = ["keep", "recall", "fill", "forget"] as const;

/** Kernels that keep a vector, splat, constants and zeros; `offset` puts the memory into the shared one. */
function instantiate(memory: WebAssembly.Memory, scratch: number, offset?: number) {
  const module = new ModuleAssembler(false, () => true, { bytes: 8192, offset });
  module.addFunction("keep", ["from", "to"], (code, { from, to }) => {
    code.i32(5000).get(from).load(16).store(8, "own");
    code.get(to).get(from).load().store(16, "own");
  });
  module.addFunction("recall", ["from", "to"], (code, { from, to }) => {
    code.get(to).i32(5008).load(0, "own").store();
    code.get(to).get(from).loadSplat(20, "own").store(16);
  });
  module.addFunction("fill", ["to"], (code, { to }) => {
    code.get(to).constant(-1.5).store();
    code.get(to).constantBits(7).store(16);
  });
  module.addFunction("forget", [], (code) => void code.clearOwn(5008, 16));
  const instance = new WebAssembly.Instance(new WebAssembly.Module(module.toBytes(1)), {
    env: { memory, scratch },
  });
  const { exports } = instance;
  const [keep, recall, fill, forget] = KERNELS.map((name) =>
    exports[name] as (...parameters: number[]) => void
  );
  return { keep: keep!, recall: recall!, fill: fill!, forget: forget! };
}

for (const offset of [undefined, 640]) {
  const where = offset === undefined ? "beside the shared one" : "in the shared one";
  Deno.test(`instances of a module keep values in memories of their own, ${where}`, () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
    const floats = new Float32Array(memory.buffer);
    const [one, other] = [20000, 40000].map((scratch) => instantiate(memory, scratch, offset));
    floats.set([1, 2, 3, 4, 5, 6, 7, 8], 16);
    one!.keep(64, 6000);
    floats.set([10, 20, 30, 40, 50, 60, 70, 80], 16);
    other!.keep(64, 6000);
    const recall = ({ recall }: typeof one & object) => {
      recall(6000, 128);
      return [...floats.subarray(32, 40)];
    };
    deepStrictEqual(recall(one!), [5, 6, 7, 8, 2, 2, 2, 2]);
    deepStrictEqual(recall(other!), [50, 60, 70, 80, 20, 20, 20, 20]);
    one!.forget();
    deepStrictEqual(recall(one!), [0, 0, 0, 0, 2, 2, 2, 2]);
    deepStrictEqual(recall(other!).slice(0, 4), [50, 60, 70, 80]);
    one!.fill(256);
    deepStrictEqual([...floats.subarray(64, 68)], [-1.5, -1.5, -1.5, -1.5]);
    deepStrictEqual([...new Int32Array(memory.buffer).subarray(68, 72)], [7, 7, 7, 7]);
    const touched = new Int32Array(memory.buffer).findLastIndex((word) => word !== 0) * 4;
    ok(offset === undefined ? touched < 20000 : touched > 40000);
  });
}

Deno.test("a module without memory of its own needs one memory alone", () => {
  const module = new ModuleAssembler(false);
  module.addFunction("none", [], () => {});
  const [wanted, ...others] = WebAssembly.Module.imports(new WebAssembly.Module(module.toBytes(1)));
  strictEqual(wanted?.name, "memory");
  deepStrictEqual(others, []);
  ok(supportsOwnMemory());
});

Deno.test("constants are kept once each, and refused when their room is full", () => {
  const own = new OwnMemory({ bytes: 4096 });
  const first = own.addressOf(1);
  strictEqual(own.addressOf(1), first);
  for (let bits = 2; bits <= 1008; bits++) own.addressOf(bits);
  throws(() => own.addressOf(2000), /Cannot keep another constant: there are 1008 already/);
  strictEqual(new OwnMemory({ bytes: 4096, offset: 0 }).addressOf(1), undefined);
});

Deno.test("regions of a thread's own memory do not overlap, nor begin a multiple of 4 KiB apart", () => {
  const own = new OwnAllocator();
  strictEqual(own.bytes, 0);
  const sizes = [4096, 100, 64, 4032, 8192];
  const places = sizes.map((bytes) => own.take(bytes));
  ok(places[0]! >= 4096);
  for (const [index, place] of places.entries()) {
    const end = places[index + 1] ?? own.bytes;
    ok(place + sizes[index]! <= end);
    ok(index === 0 || (place - places[index - 1]!) % 4096 !== 0);
  }
});
