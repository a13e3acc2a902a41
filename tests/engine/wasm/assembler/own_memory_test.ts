import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { ModuleAssembler } from "../../../../src/engine/wasm/assembler/assembler.ts";
import { codeOfThread, OwnMemory } from "../../../../src/engine/wasm/assembler/own_memory.ts";
import { OwnAllocator } from "../../../../src/engine/wasm/layout.ts";

const KERNELS = ["keep", "recall", "fill", "forget"] as const;
const OWN = { address: 20_000, bytes: 8192 };

/** Kernels that keep a vector, splat, constants and zeros in a thread's own memory. */
function assemble() {
  const module = new ModuleAssembler(false, () => true, OWN);
  module.addFunction("keep", ["from"], (code, { from }) => {
    code.ownAddress(5008).get(from).load(16).store();
    const start = code.length;
    code.ownAddress(6016).get(from).load().store();
    // The same once more: what is copied must move along.
    code.again(start, code.length);
  });
  module.addFunction("recall", ["to"], (code, { to }) => {
    code.get(to).ownAddress(5000).load(8).store();
    code.get(to).ownAddress(6020).loadSplat().store(16);
  });
  module.addFunction("fill", ["to"], (code, { to }) => {
    code.get(to).constant(-1.5).store();
    code.get(to).constantBits(7).store(16);
  });
  module.addFunction("forget", [], (code) => void code.clearOwn(5008, 16));
  return module.toCode(1);
}

/** The kernels of a thread. */
function instantiate(memory: WebAssembly.Memory, distance: number) {
  const module = new WebAssembly.Module(codeOfThread(assemble(), distance));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const [keep, recall, fill, forget] = KERNELS.map((name) =>
    exports[name] as (...parameters: number[]) => void
  );
  return { keep: keep!, recall: recall!, fill: fill!, forget: forget! };
}

Deno.test("threads keep values in memories of their own, each in its piece of the shared one", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  const floats = new Float32Array(memory.buffer);
  const [one, other] = [0, 16_384].map((distance) => instantiate(memory, distance));
  floats.set([1, 2, 3, 4, 5, 6, 7, 8], 16);
  one!.keep(64);
  floats.set([10, 20, 30, 40, 50, 60, 70, 80], 16);
  other!.keep(64);
  const recall = ({ recall }: typeof one & object) => {
    recall(128);
    return [...floats.subarray(32, 40)];
  };
  deepStrictEqual(recall(one!), [5, 6, 7, 8, 2, 2, 2, 2]);
  deepStrictEqual(recall(other!), [50, 60, 70, 80, 20, 20, 20, 20]);
  one!.forget();
  deepStrictEqual(recall(one!), [0, 0, 0, 0, 2, 2, 2, 2]);
  deepStrictEqual(recall(other!).slice(0, 4), [50, 60, 70, 80]);
  for (const thread of [one!, other!]) {
    floats.fill(0, 64, 72);
    thread.fill(256);
    deepStrictEqual([...floats.subarray(64, 68)], [-1.5, -1.5, -1.5, -1.5]);
    deepStrictEqual([...new Int32Array(memory.buffer).subarray(68, 72)], [7, 7, 7, 7]);
  }
  const touched = [...new Int32Array(memory.buffer).entries()]
    .filter(([, word]) => word !== 0).map(([index]) => 4 * index).filter((byte) => byte > 1024);
  for (const distance of [0, 16_384]) {
    const first = OWN.address + distance;
    ok(touched.some((byte) => byte >= first && byte < first + OWN.bytes));
  }
  ok(touched.every((byte) =>
    [0, 16_384].some((distance) => {
      const first = OWN.address + distance;
      return byte >= first && byte < first + OWN.bytes;
    })
  ));
});

Deno.test("addresses beyond 2 GiB move as well, and moving back gives the same code", () => {
  const code = assemble();
  const far = codeOfThread(code, 0xa000_0000);
  strictEqual(far.length, code.bytes.length);
  ok(!far.every((byte, index) => byte === code.bytes[index]));
  ok(WebAssembly.validate(far));
  const back = codeOfThread({ ...code, bytes: far }, -0xa000_0000);
  deepStrictEqual(back, code.bytes);
});

Deno.test("a module needs one memory alone, and one without memory of its own no copies", () => {
  const module = new ModuleAssembler(false);
  module.addFunction("none", [], () => {});
  const code = module.toCode(1);
  deepStrictEqual(code.ownAddresses, []);
  for (const { bytes } of [code, assemble()]) {
    const [wanted, ...others] = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
    strictEqual(wanted?.name, "memory");
    deepStrictEqual(others, []);
  }
});

Deno.test("constants are kept once each, and refused when their room is full", () => {
  const own = new OwnMemory({ address: 0, bytes: 4096 });
  const first = own.addressOf(1);
  strictEqual(own.addressOf(1), first);
  for (let bits = 2; bits <= 1008; bits++) own.addressOf(bits);
  throws(() => own.addressOf(2000), /Cannot keep another constant: there are 1008 already/);
  strictEqual(new OwnMemory({ address: 0, bytes: 0 }).addressOf(1), undefined);
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
