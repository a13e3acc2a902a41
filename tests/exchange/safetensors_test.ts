/** The safetensors format, against the Python package of that name and by hand. */

import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { readSafetensorsHeader, readTensors } from "../../src/exchange/mod.ts";
import { formatSafetensors } from "../../src/exchange/safetensors.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { withDirectory } from "../helpers/command.ts";
import { runPython, testWithPython } from "../helpers/python.ts";

type Header = Record<string, unknown>;

/** A file with any header. */
function fileOf(header: string | Header, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const text = typeof header === "string" ? header : JSON.stringify(header);
  const json = new TextEncoder().encode(text);
  const length = new Uint8Array(BigUint64Array.of(BigInt(json.length)).buffer);
  const file = new Uint8Array(8 + json.length + data.length);
  file.set(length);
  file.set(json, 8);
  file.set(data, 8 + json.length);
  return file;
}

async function read(file: Uint8Array<ArrayBuffer>) {
  const source = bytesSource(file, "a.safetensors");
  return await readTensors(source, await readSafetensorsHeader(source));
}

Deno.test("numbers of four types are read as float32, and integers are left out", async () => {
  const data = new Uint8Array(8 + 4 + 6 + 6 + 8);
  const view = new DataView(data.buffer);
  view.setFloat64(0, -1.25, true);
  view.setFloat32(8, 0.1, true);
  // 1, −2 · 2⁻²⁴ (subnormal) and 65504, the greatest, in binary16.
  [0x3c00, 0x8002, 0x7bff].forEach((bits, i) => view.setUint16(12 + 2 * i, bits, true));
  // 1, −3.140625 and 2^127 in bfloat16.
  [0x3f80, 0xc049, 0x7f00].forEach((bits, i) => view.setUint16(18 + 2 * i, bits, true));
  const tensors = await read(fileOf({
    d: { dtype: "F64", shape: [1], data_offsets: [0, 8] },
    s: { dtype: "F32", shape: [], data_offsets: [8, 12] },
    h: { dtype: "F16", shape: [3], data_offsets: [12, 18] },
    b: { dtype: "BF16", shape: [1, 3], data_offsets: [18, 24] },
    batches: { dtype: "I64", shape: [1], data_offsets: [24, 32] },
  }, data));
  deepStrictEqual(tensors.map(({ name, shape, values }) => [name, shape, [...values]]), [
    ["d", [1], [-1.25]],
    ["s", [], [Math.fround(0.1)]],
    ["h", [3], [1, -(2 ** -23), 65504]],
    ["b", [1, 3], [1, -3.140625, 2 ** 127]],
  ]);
});

const F32 = (shape: number[], data_offsets: number[]) => ({ dtype: "F32", shape, data_offsets });

/** Damaged files, and what is said of each. */
const DAMAGED: readonly (readonly [what: string, file: Uint8Array<ArrayBuffer>, said: RegExp])[] = [
  ["nothing", new Uint8Array(3), /it has 3 bytes, expected 8 or more/],
  [
    "a header longer than the file",
    Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 127, 1),
    /its header has \d+ bytes, expected at most 1/,
  ],
  ["no JSON", fileOf("{", new Uint8Array(0)), /its header is not JSON/],
  ["a list", fileOf("[]", new Uint8Array(0)), /its header is no object/],
  [
    "a name twice",
    fileOf('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":1}', new Uint8Array(0)),
    /"a" stands twice/,
  ],
  [
    "deep JSON",
    fileOf(`{"a":${"[".repeat(50_000)}${"]".repeat(50_000)}}`, new Uint8Array(0)),
    /a is /,
  ],
  [
    "overlapping tensors",
    fileOf({ a: F32([1], [0, 4]), b: F32([1], [2, 6]) }, new Uint8Array(8)),
    /"b" begins at byte \d+, expected \d+, where the tensor before it ends/,
  ],
  [
    "a gap",
    fileOf({ a: F32([1], [0, 4]), b: F32([1], [8, 12]) }, new Uint8Array(12)),
    /"b" begins at byte/,
  ],
  ["bytes left over", fileOf({ a: F32([1], [0, 4]) }, new Uint8Array(8)), /tensors end at byte/],
  ["bytes missing", fileOf({ a: F32([2], [0, 8]) }, new Uint8Array(4)), /tensors end at byte/],
  [
    "a shape that does not fit",
    fileOf({ a: F32([3], [0, 8]) }, new Uint8Array(8)),
    /"a" has 8 bytes, expected 12 for F32 \[3\]/,
  ],
  [
    "a shape beyond numbers",
    fileOf({ a: F32([2 ** 40, 2 ** 40], [0, 8]) }, new Uint8Array(8)),
    /"a" has 8 bytes, expected NaN/,
  ],
  [
    "an unknown type",
    fileOf({ a: { dtype: "F8_E4M3", shape: [1], data_offsets: [0, 1] } }, new Uint8Array(1)),
    /a\.dtype is "F8_E4M3", expected one of/,
  ],
  [
    "metadata that are no texts",
    fileOf({ __metadata__: { a: 1 } }, new Uint8Array(0)),
    /__metadata__\.a is 1, expected a string/,
  ],
  [
    "not a number",
    fileOf({ a: F32([1], [0, 4]) }, new Uint8Array(Float32Array.of(NaN).buffer)),
    /value 0 of "a" is NaN in float32/,
  ],
];

for (const [what, file, said] of DAMAGED) {
  Deno.test(`${what} is refused`, () =>
    rejects(read(file), { name: "FormatError", file: "a.safetensors", message: said }));
}

Deno.test("what is written is read again", async () => {
  const bytes = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
  const file = formatSafetensors(
    [{ name: "a", dtype: "F32", shape: [2, 2], bytes }],
    { format: "histone" },
  );
  strictEqual(new DataView(file.buffer).getUint32(0, true) % 8, 0);
  const source = bytesSource(file, "a.safetensors");
  const header = await readSafetensorsHeader(source);
  deepStrictEqual([...header.metadata], [["format", "histone"]]);
  deepStrictEqual((await read(file)).map(({ values }) => [...values]), [[1, 2, 3, 4]]);
});

const TO_PYTHON = `
import json, sys
from safetensors import safe_open
with safe_open(sys.argv[1], framework="numpy") as file:
    print(json.dumps({"metadata": file.metadata(), "tensors": {
        name: file.get_tensor(name).tolist() for name in file.keys()}}))
`;

const FROM_PYTHON = `
import sys
import numpy as np
from safetensors.numpy import save_file
save_file({"w": np.arange(6, dtype=np.float32).reshape(2, 3), "h": np.array([0.5, -2], np.float16),
  "d": np.array([[1e-3]]), "n": np.array([7], np.int64)}, sys.argv[1], {"made": "by numpy"})
`;

testWithPython(
  "safetensors",
  "Python reads what is written, and the other way round",
  () =>
    withDirectory(async (directory) => {
      const path = `${directory}/a.safetensors`;
      const bytes = new Uint8Array(Float32Array.of(1, -2, 0.5, 4).buffer);
      await Deno.writeFile(
        path,
        formatSafetensors([
          { name: "conv1d_1/kernel", dtype: "F32", shape: [2, 2], bytes },
          { name: "panel", dtype: "U8", shape: [3], bytes: Uint8Array.of(7, 8, 9) },
        ], { format: "histone", text: "é" }),
      );
      deepStrictEqual(JSON.parse(await runPython("safetensors", ["-c", TO_PYTHON, path])), {
        metadata: { format: "histone", text: "é" },
        tensors: { "conv1d_1/kernel": [[1, -2], [0.5, 4]], panel: [7, 8, 9] },
      });
      await runPython("safetensors", ["-c", FROM_PYTHON, path]);
      const tensors = await read(await Deno.readFile(path));
      const found = tensors.map(({ name, shape, values }) => [name, shape, [...values]]);
      deepStrictEqual(found.sort(), [
        ["d", [1, 1], [Math.fround(1e-3)]],
        ["h", [2], [0.5, -2]],
        ["w", [2, 3], [0, 1, 2, 3, 4, 5]],
      ]);
    }),
);
