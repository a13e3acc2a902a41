/** Files that claim to hold far more than their bytes can. */

import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { ZipNpzReader } from "../../src/io/_npz_reader.ts";
import { takeMemory } from "../../src/io/_memory.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { readCompetition } from "../../src/io/competition.ts";
import { formatNpyHeader } from "../../src/io/npy.ts";
import { DEEPCHROME_RECORD } from "../../src/record.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { writeZip } from "../fuzz/containers.ts";
import { indexOf, npzBytes, observed, patched } from "./_npz_helpers.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** An npz file of one deflated member whose header and zip entries claim a shape, but which has few values. */
function liar(shape: readonly number[], values: number): Bytes {
  const header = formatNpyHeader("uint8", shape);
  const random = new RandomStream(deriveKey(1, "bytes"));
  const data = Uint8Array.from({ length: values }, () => random.below(256));
  const bytes = new Uint8Array([...header, ...data]);
  const zip = writeZip([{ name: "E003.npy", bytes }], { deflate: true }).finish();
  const size = header.length + shape.reduce((a, b) => a * b);
  const claimed = [...new Uint8Array(Uint32Array.of(size).buffer)];
  return patched(patched(zip, 22, ...claimed), indexOf(zip, "PK\x01\x02") + 24, ...claimed);
}

Deno.test("a sample of more bins than any model takes is refused by its header", async () => {
  const shape = [1, 65_537, 7];
  const source = observed(bytesSource(liar(shape, 1000), "train.npz"));
  await rejects(readCompetition(source), {
    name: "FormatError",
    message:
      'Cannot read npz member "E003": shape is [1, 65537, 7]: 65537 bins, expected at most 65536 ' +
      "(train.npz)",
  });
  const marks = Array.from({ length: 300 }, (_, i) => `mark${i}`);
  await rejects(
    readCompetition(bytesSource(liar([1, 60_000, 302], 20_000)), {
      record: { ...DEEPCHROME_RECORD, marks },
    }),
    /60000 bins × 302 columns for each gene, expected at most 16777216 values/,
  );
});

Deno.test("a file that claims gigabytes which its few bytes can hardly hold is refused before memory is allocated", async () => {
  const source = observed(bytesSource(liar([3_000_000, 100, 7], 2_200_000), "train.npz"));
  await rejects(readCompetition(source), (error: Error) => {
    strictEqual(error.name, "FormatError");
    return /its \d+ bytes claim to inflate to 2100000128, expected at most 1073741824\. .*numpy\.savez\)/
      .test(error.message);
  });
  // A thousandth of what is inflated to read the header.
  ok(source.bytesRead < 2 ** 18, `${source.bytesRead} bytes were read`);
});

Deno.test("the size that a file may inflate to can be chosen", async () => {
  const data = new Uint8Array(7 * 100 * 20).map((_, i) => i % 7 === 0 ? Math.floor(i / 700) : 1);
  const members = [{ name: "E003", dtype: "uint8", shape: [20, 100, 7], data } as const];
  const bytes = await npzBytes(members, { compress: true });
  const read = (maxBytes?: number) => readCompetition(bytesSource(bytes, "a.npz"), { maxBytes });
  strictEqual((await read()).genes.length, 20);
  strictEqual((await read(14_128)).genes.length, 20);
  await rejects(read(14_127), /claim to inflate to 14128, expected at most 14127 \(a\.npz\)/);
});

Deno.test("only the cell types that are asked for count towards the limit", async () => {
  const member = (name: string, genes: number) => {
    const data = new Uint8Array(7 * genes).map((_, i) => i % 7 === 0 ? Math.floor(i / 7) : 1);
    return { name, dtype: "uint8", shape: [genes, 1, 7], data } as const;
  };
  const source = bytesSource(await npzBytes([member("a", 200), member("b", 2)]));
  const options = { cellTypes: ["b"], maxBytes: 1000 };
  deepStrictEqual((await readCompetition(source, options)).cellTypes, ["b"]);
  await rejects(readCompetition(source, { maxBytes: 1000 }), /claim to inflate/);
});

Deno.test("memory that cannot be allocated is an error with the file's name", async () => {
  throws(() => takeMemory("a.npz", () => new Uint8Array(2 ** 52)), {
    name: "FormatError",
    message: /^Cannot read file: it takes more memory than is available: .* \(a\.npz\)$/,
  });
  throws(() => takeMemory("a.npz", () => JSON.parse("{")), SyntaxError);
  const header = formatNpyHeader("uint8", [2 ** 45]);
  const size = header.length + 2 ** 45;
  const source = {
    ...bytesSource(header, "b.npz"),
    size,
    read: (start: number, length: number) => Promise.resolve(header.slice(start, start + length)),
    close: () => {},
  };
  const npz = new ZipNpzReader(source, {
    comment: "",
    members: [{
      filename: "x.npy",
      deflated: false,
      crc32: 0,
      size,
      compressedSize: size,
      dataOffset: 0,
    }],
  });
  await rejects(npz.read("x"), /^FormatError: .*more memory than is available: .* \(b\.npz\)$/);
});

Deno.test("a file with more members than there can be cell types is refused", async () => {
  const empty = new Uint8Array(0);
  const members = Array.from({ length: 65_536 }, (_, i) => ({ name: `${i}.txt`, bytes: empty }));
  const zip = writeZip(members, { zip64: true }).finish();
  // The two counts at the end are too short for so large a number, and refer to those of ZIP64.
  const bytes = patched(zip, zip.length - 14, 255, 255, 255, 255);
  await rejects(readCompetition(bytesSource(bytes)), /it has more than 65535 members/);
});
