/** The reader of HDF5 against h5py, which is HDF5's own library. */

import { deepStrictEqual, ok, strictEqual, throws } from "node:assert";
import { Hdf5Reader } from "../../../src/exchange/hdf5/reader.ts";
import { withDirectory } from "../../helpers/command.ts";
import { runPython, testWithPython } from "../../helpers/python.ts";

const PROGRAM = `
import sys
import h5py
import numpy as np
with h5py.File(sys.argv[1], "w") as file:
    file.attrs["long"] = "é" * 5000
    file.attrs["short"] = np.bytes_("abc")
    file.attrs["list"] = [name.encode() for name in ("a", "bcd", "e")]
    file.attrs["texts"] = np.array(["x", "yz"], dtype=h5py.string_dtype())
    for part in range(2):
        file.attrs[f"many{part}"] = [f"{part}{i:03d}".encode() for i in range(3)]
    for i in range(300):
        file.create_dataset(f"group/member {i}", data=np.full((2, 2), i, "<f4"))
    group = file["group"]
    for kind in ("f2", "f4", "f8"):
        group[kind] = np.array([[0.5, -1.25, 3]], dtype="<" + kind)
    group["scalar"] = np.float32(7)
    group["none"] = np.zeros((0, 3), "f4")
    group["integers"] = np.arange(3)
    group["big"] = np.ones(3, ">f4")
    group["unwritten"] = group.create_dataset("later", (4,), "f4")
    group.create_dataset("chunked", data=np.ones(64, "f4"), chunks=(8,), compression="gzip")
    group["link"] = h5py.SoftLink("/group/f4")
with h5py.File(sys.argv[2], "w", libver="latest") as file:
    file["a"] = np.ones(3, "f4")
`;

testWithPython(
  "h5py",
  "what h5py writes is read: attributes, many members, three types of numbers",
  () =>
    withDirectory(async (directory) => {
      const [path, newer] = [`${directory}/a.h5`, `${directory}/b.h5`];
      await runPython("h5py", ["-c", PROGRAM, path, newer]);
      const reader = new Hdf5Reader(await Deno.readFile(path), "a.h5");
      strictEqual(reader.text("", "long"), "é".repeat(5000));
      strictEqual(reader.text("", "short"), "abc");
      deepStrictEqual(reader.texts("", "list"), ["a", "bcd", "e"]);
      deepStrictEqual(reader.texts("", "texts"), ["x", "yz"]);
      deepStrictEqual(reader.texts("", "many"), ["0000", "0001", "0002", "1000", "1001", "1002"]);
      strictEqual(reader.texts("", "absent"), undefined);
      for (let i = 0; i < 300; i++) {
        deepStrictEqual(reader.tensor(`group/member ${i}`), {
          name: `group/member ${i}`,
          shape: [2, 2],
          values: new Float32Array(4).fill(i),
        });
      }
      for (const kind of ["f2", "f4", "f8"]) {
        deepStrictEqual([...reader.tensor(`group/${kind}`)!.values], [0.5, -1.25, 3], kind);
      }
      deepStrictEqual(reader.tensor("group/scalar")?.values, Float32Array.of(7));
      deepStrictEqual(reader.tensor("group/none")?.shape, [0, 3]);
      strictEqual(reader.has("group"), true);
      strictEqual(reader.has("group/absent/more"), false);
      strictEqual(reader.tensor("group"), undefined);
      // A link by name is not followed.
      strictEqual(reader.tensor("group/link"), undefined);
      throws(() => reader.tensor("group/integers"), /holds no floating-point numbers/);
      throws(() => reader.tensor("group/big"), /holds no floating-point numbers/);
      throws(() => reader.tensor("group/unwritten"), /was never written/);
      throws(() => reader.tensor("group/chunked"), /is stored in chunks/);
      const open = async () => new Hdf5Reader(await Deno.readFile(newer), "b.h5");
      await open().then(
        () => Promise.reject(new Error("it was read")),
        (error) =>
          strictEqual(/superblock has version [23], expected 0 or 1/.test(error.message), true),
      );
    }),
);

Deno.test("structures that refer to themselves end in an error", async () => {
  const file = new URL("../../../fixtures/exchange/keras_sequential.h5", import.meta.url);
  const bytes = await Deno.readFile(file);
  // Of a tree of links, the first child becomes the tree itself, one level up.
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const tree = text.indexOf("TREE");
  bytes[tree + 5] = 1;
  new DataView(bytes.buffer).setBigUint64(tree + 32, BigInt(tree), true);
  const reader = new Hdf5Reader(bytes, "a.h5");
  throws(() => reader.has("model_weights"), { name: "FormatError", message: /Cannot read HDF5: / });
});

Deno.test("no more is kept of a file than it has bytes, however often its parts are named", async () => {
  const file = new URL("../../../fixtures/exchange/keras_sequential.h5", import.meta.url);
  const bytes = await Deno.readFile(file);
  const path = "model_weights/conv1d/sequential/conv1d/kernel";
  const overlap = { name: "FormatError", message: /Cannot read HDF5: its parts overlap/ };
  const kept = { values: 0, texts: 0 };
  const arrays = new Hdf5Reader(bytes, "a.h5");
  throws(() => {
    while (kept.values < 64 * bytes.length) kept.values += arrays.tensor(path)!.values.byteLength;
  }, overlap);
  const lists = new Hdf5Reader(bytes, "a.h5");
  throws(() => {
    while (kept.texts < 64 * bytes.length) {
      kept.texts += lists.texts("model_weights", "layer_names")!.join("").length;
    }
  }, overlap);
  for (const [what, length] of Object.entries(kept)) {
    ok(length > 0 && length <= bytes.length, `${what}: ${length}`);
  }
});
