import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { type ByteSource, bytesSource } from "../../src/files/byte_source.ts";
import { formatNpyHeader } from "../../src/io/npy.ts";
import { openNpz } from "../../src/io/npz.ts";
import { runNumpy, testWith } from "../helpers/require.ts";
import {
  allNumbers,
  indexOf,
  npzBytes,
  observed,
  openBytes,
  patched,
  withDirectory,
} from "./_npz_helpers.ts";

const COUNTING = Float64Array.from({ length: 40_000 }, (_, i) => i);

Deno.test("an npz file lists its arrays in the directory's order and reads each by name", async () => {
  for (const compress of [false, true]) {
    const bytes = await npzBytes([
      { name: "b", dtype: "float64", shape: [200, 200], data: COUNTING },
      { name: "a", dtype: "int8", shape: [], data: new Int8Array([-3]) },
    ], { compress, comment: "made here, with µ" });
    using npz = await openBytes(bytes);
    deepStrictEqual(npz.members.map(({ name, size }) => [name, size]), [["b", 320128], ["a", 129]]);
    strictEqual(npz.members[0]!.compressedSize < 320128, compress);
    strictEqual(npz.comment, "made here, with µ");
    deepStrictEqual((await npz.header("b")).shape, [200, 200]);
    deepStrictEqual((await npz.read("b")).data, COUNTING);
    deepStrictEqual(await npz.read("a"), { dtype: "int8", shape: [], data: new Int8Array([-3]) });
    deepStrictEqual(Float64Array.from(await allNumbers(npz, "b")), COUNTING);
    await rejects(npz.read("c"), /RangeError: Cannot read npz member "c": x\.npz has "b", "a"/);
  }
});

Deno.test("only the array that is asked for is read, and only a file that was opened is closed", async () => {
  const bytes = await npzBytes([
    { name: "big", dtype: "float64", shape: [40_000], data: COUNTING },
    { name: "small", dtype: "uint8", shape: [3], data: new Uint8Array([1, 2, 3]) },
  ]);
  const source = observed(bytesSource(bytes));
  const npz = await openNpz(source);
  await npz.read("small");
  npz.close();
  ok(source.bytesRead < 140_000, `${source.bytesRead} bytes were read`);
  ok(!source.closed);
});

Deno.test("several members can be read at the same time, and a reading can be abandoned", async () => {
  const members = ["a", "b", "c", "d"].map((name, i) => (
    { name, dtype: "float64", shape: [40_000], data: COUNTING.map((x) => x + i) } as const
  ));
  for (const compress of [false, true]) {
    using npz = await openBytes(await npzBytes(members, { compress }));
    const readings = members.map(({ name }) => npz.numbers(name));
    const starts = await Promise.all(readings.map((reading) => reading.next()));
    deepStrictEqual(starts.map(({ value }) => value?.[0]), [0, 1, 2, 3]);
    for (const reading of readings) await reading.return(undefined);
    deepStrictEqual((await npz.read("d")).data, members[3]!.data);
  }
});

Deno.test("64-bit integers are read as numbers while these are exact", async () => {
  const limit = 2n ** 53n - 1n;
  const npz = await openBytes(
    await npzBytes([
      { name: "fine", dtype: "int64", shape: [3], data: new BigInt64Array([-limit, -1n, limit]) },
      { name: "fat", dtype: "uint64", shape: [2], data: new BigUint64Array([1n, limit + 2n]) },
      { name: "low", dtype: "int64", shape: [1], data: new BigInt64Array([-(2n ** 63n)]) },
    ]),
  );
  deepStrictEqual(await allNumbers(npz, "fine"), [-Number(limit), -1, Number(limit)]);
  await rejects(allNumbers(npz, "fat"), /npz member "fat": value 1 is 9007199254740993, beyond/);
  await rejects(allNumbers(npz, "low"), /value 0 is -9223372036854775808/);
});

testWith(
  "numpy",
  "files of savez and savez_compressed are read equally, with and without ZIP64",
  async () => {
    await withDirectory(async (directory) => {
      await runNumpy(
        `
import sys, zipfile, io
import numpy as np
arrays = {"c": np.arange(24.0).reshape(2, 3, 4), "f": np.asfortranarray(np.arange(24, dtype="f4").reshape(2, 3, 4)),
  "be": np.arange(24, dtype=">i4").reshape(2, 3, 4), "half": np.arange(24, dtype="f2").reshape(2, 3, 4)}
np.savez(sys.argv[1] + "/stored.npz", **arrays)
np.savez_compressed(sys.argv[1] + "/deflated.npz", **arrays)
limit, zipfile.ZIP64_LIMIT = zipfile.ZIP64_LIMIT, 10
np.savez(sys.argv[1] + "/zip64.npz", **arrays)
zipfile.ZIP64_LIMIT = limit
with zipfile.ZipFile(sys.argv[1] + "/mixed.npz", "w") as file:
    file.writestr("readme.txt", "not an array")
    file.mkdir("folder") if hasattr(file, "mkdir") else None
    for name, version in [("c", (2, 0)), ("f", (3, 0)), ("be", None), ("half", (1, 0))]:
        data = io.BytesIO()
        np.lib.format.write_array(data, arrays[name], version=version)
        file.writestr(name + ".npy", data.getvalue())
    file.comment = b"mixed"
`,
        [directory],
      );
      const expected = Array.from({ length: 24 }, (_, i) => i);
      for (const name of ["stored", "deflated", "zip64", "mixed"]) {
        using npz = await openNpz(`${directory}/${name}.npz`);
        deepStrictEqual(npz.members.map((member) => member.name), ["c", "f", "be", "half"]);
        for (const member of ["c", "f", "be", "half"]) {
          const { shape, data } = await npz.read(member);
          deepStrictEqual([shape, Array.from(data, Number)], [[2, 3, 4], expected]);
          deepStrictEqual(await allNumbers(npz, member), expected);
        }
      }
      using empty = await openNpz(`${directory}/mixed.npz`);
      strictEqual(empty.comment, "mixed");
    });
  },
);

Deno.test("an npz file that was cut short anywhere is refused", async () => {
  const bytes = await npzBytes([{
    name: "x",
    dtype: "uint8",
    shape: [9],
    data: new Uint8Array(9),
  }]);
  for (let length = 0; length < bytes.length; length++) {
    await rejects(openBytes(bytes.slice(0, length)), { name: "FormatError", file: "x.npz" });
  }
  await rejects(openBytes(bytes.slice(0, 100)), /directory at its end is missing.*cut short/);
});

Deno.test("a file that is not a zip file is recognised by its first bytes", async () => {
  await rejects(
    openBytes(new TextEncoder().encode("gene,bin")),
    /bytes 67 65 6e 65, expected 50 4b/,
  );
  await rejects(openBytes(new Uint8Array([0x93, 0x4e, 0x55, 0x4d, 0x50])), /it is a bare npy file/);
  await rejects(openBytes(new Uint8Array(0)), /starts with bytes \(none\)/);
});

Deno.test("what was saved under the name of an npz file is called by its name", async () => {
  const starts: [start: string, message: RegExp][] = [
    ["\x80\x04\x95\x2f\0\0\0", /it is a pickle of Python: write its arrays with numpy\.savez/],
    ["\x89HDF\r\n\x1a\n", /it is an HDF5 file: write its arrays with numpy\.savez/],
    ["\x1f\x8b\x08\0\0", /it is compressed by gzip: unpack it with gunzip/],
    ["<!DOCTYPE html><html>", /it is a web page: was its download refused\?/],
    ["version https://git-lfs.github.com/spec/v1\noid sha256:ab", /it is a pointer of Git LFS/],
  ];
  for (const [start, message] of starts) {
    await rejects(openBytes(Uint8Array.from(start, (letter) => letter.charCodeAt(0))), message);
  }
});

Deno.test("damage to any byte of a small npz file is found, or changes nothing", async () => {
  const data = new Uint8Array([3, 1, 4, 1, 5, 9, 2, 6]);
  for (const compress of [false, true]) {
    const bytes = await npzBytes([{ name: "x", dtype: "uint8", shape: [8], data }], { compress });
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      try {
        const npz = await openBytes(patched(bytes, at, bytes[at]! ^ 0x55));
        const name = npz.members[0]?.name;
        if (name === undefined) continue; // Only the name changed, and no longer ends in .npy.
        deepStrictEqual((await npz.read(name)).data, data, `byte ${at}`);
      } catch (error) {
        strictEqual((error as Error).name, "FormatError", `byte ${at}: ${error}`);
        refused++;
      }
    }
    ok(refused > bytes.length / 2, `${refused} of ${bytes.length} were refused`);
  }
});

Deno.test("damaged values and damaged compression have different errors, with member and place", async () => {
  const member = { name: "x", dtype: "uint8", shape: [2000], data: new Uint8Array(2000) } as const;
  const stored = await npzBytes([member]);
  const npz = await openBytes(patched(stored, 1000, 1));
  await rejects(npz.read("x"), /npz member "x": its bytes are damaged \(CRC-32.*x\.npz, byte \d+/);
  const deflated = await npzBytes([member], { compress: true });
  const start = indexOf(deflated, "x.npy") + 5;
  const broken = await openBytes(patched(deflated, start, 0xff, 0xff, 0xff));
  await rejects(broken.read("x"), /npz member "x": its deflated bytes are damaged.*byte \d+/);
});

Deno.test("an array header that contradicts the member's size is refused before it is read", async () => {
  const bytes = await npzBytes([{
    name: "x",
    dtype: "uint8",
    shape: [7],
    data: new Uint8Array(7),
  }]);
  const shape = indexOf(bytes, "(7,)") + 1;
  for (const [digit, claimed] of [["9", 9], ["5", 5]] as const) {
    const npz = await openBytes(patched(bytes, shape, digit.charCodeAt(0)));
    const message = new RegExp(`claims \\[${claimed}\\] uint8, ${claimed} bytes, but it holds 7`);
    await rejects(npz.header("x"), message);
    await rejects(npz.read("x"), message);
    await rejects(allNumbers(npz, "x"), message);
  }
});

Deno.test("an absurd size is refused when the file is opened", async () => {
  for (const compress of [false, true]) {
    const member = { name: "x", dtype: "uint8", shape: [99], data: new Uint8Array(99) } as const;
    const bytes = await npzBytes([member], { compress });
    const size = indexOf(bytes, "PK\x01\x02") + 24;
    await rejects(
      openBytes(patched(bytes, size, 0, 0, 0, 0xf0)),
      /npz member "x": it claims 4026531840 bytes, which \d+ (stored|deflated) bytes cannot hold/,
    );
  }
});

Deno.test("a member that inflates to more than it claims is stopped", async () => {
  const npy = new Uint8Array([...formatNpyHeader("uint8", [50]), ...new Uint8Array(9999)]);
  const zip = new ZipWriter(new Uint8ArrayWriter(), { useWebWorkers: false });
  await zip.add("x.npy", new Uint8ArrayReader(npy));
  const bytes = await zip.close() as Uint8Array<ArrayBuffer>;
  const claimed = [128 + 50, 0, 0, 0];
  // The descriptor after the data repeats the size; otherwise the directory would contradict it.
  const descriptor = indexOf(bytes, "PK\x07\x08") + 12;
  const directory = indexOf(bytes, "PK\x01\x02") + 24;
  const npz = await openBytes(
    patched(patched(bytes, directory, ...claimed), descriptor, ...claimed),
  );
  await rejects(npz.read("x"), /npz member "x": it inflates to more than the 178 bytes it claims/);
  await rejects(allNumbers(npz, "x"), /it inflates to more than the 178 bytes it claims/);
});

Deno.test("two members of one name are refused", async () => {
  const members = ["one", "two"].map((name) => (
    { name, dtype: "uint8", shape: [2], data: new Uint8Array(2) } as const
  ));
  const bytes = await npzBytes(members);
  const second = indexOf(bytes, "PK\x01\x02", indexOf(bytes, "PK\x01\x02") + 1);
  const twin = patched(bytes, second + 46, ...new TextEncoder().encode("one"));
  await rejects(openBytes(twin), /npz member "one": it appears twice in the directory.*byte \d+/);
});

Deno.test("members that overlap are refused", async () => {
  const two = { name: "two", dtype: "uint8", shape: [2], data: new Uint8Array([1, 2]) } as const;
  const alone = await npzBytes([two]);
  // The first member's values are the second one's record, to which the directory then points.
  const data = alone.slice(0, indexOf(alone, "PK\x01\x02"));
  const bytes = await npzBytes([{ name: "one", dtype: "uint8", shape: [data.length], data }, two]);
  const inner = indexOf(bytes, "PK\x03\x04", 1);
  const second = indexOf(bytes, "PK\x01\x02", indexOf(bytes, "PK\x01\x02") + 1);
  const overlapping = patched(bytes, second + 42, inner & 255, inner >> 8, 0, 0);
  await rejects(openBytes(overlapping), /npz member "two": its bytes overlap "one/);
});

Deno.test("encrypted members and other compressions are refused", async () => {
  const bytes = await npzBytes([{
    name: "x",
    dtype: "uint8",
    shape: [1],
    data: new Uint8Array(1),
  }]);
  const directory = indexOf(bytes, "PK\x01\x02");
  await rejects(openBytes(patched(bytes, directory + 8, bytes[directory + 8]! | 1)), /encrypted/);
  await rejects(
    openBytes(patched(bytes, directory + 10, 12)),
    /compression method is 12, expected/,
  );
});

Deno.test("an error of the source is passed on unchanged", async () => {
  const member = { name: "x", dtype: "float64", shape: [40_000], data: COUNTING } as const;
  for (const compress of [false, true]) {
    const source = bytesSource(await npzBytes([member], { compress }));
    let left = Infinity;
    const failing: ByteSource = {
      ...source,
      read: (offset, length) =>
        left-- > 0 ? source.read(offset, length) : Promise.reject(new Error("the disk is gone")),
    };
    const npz = await openNpz(failing);
    left = 0;
    await rejects(npz.read("x"), /^Error: the disk is gone$/);
    await rejects(openNpz(failing), /^Error: the disk is gone$/);
    left = 1;
    await rejects(openNpz(failing), /^Error: the disk is gone$/);
  }
});
