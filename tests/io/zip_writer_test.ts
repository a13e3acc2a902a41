import { deepStrictEqual, ok, strictEqual } from "node:assert";
import type { ByteSource } from "../../src/files/byte_source.ts";
import { openNpz } from "../../src/io/npz.ts";
import { formatNpyHeader } from "../../src/io/npy.ts";
import { ZipWriter } from "../../src/io/_zip_writer.ts";
import { runNumpy, testWith } from "../helpers/require.ts";
import { withDirectory } from "./_npz_helpers.ts";

type Piece = Uint8Array<ArrayBuffer>;

const PIECE_BYTES = 2 ** 26;
/** A size that 32 bits do not hold. */
const LARGE = 2 ** 32;

async function* pieces(...given: readonly Piece[]): AsyncGenerator<Piece> {
  for (const piece of given) {
    await Promise.resolve();
    yield piece;
  }
}

function smallArray(value: number): AsyncGenerator<Piece> {
  return pieces(formatNpyHeader("uint8", [2]), Uint8Array.of(value, value + 1));
}

/** A sink that remembers small pieces, and of large ones, which are zeros, only the length. */
class SparseFile implements ByteSource {
  readonly name = "sparse.npz";
  size = 0;
  readonly #kept: { readonly offset: number; readonly bytes: Piece }[] = [];

  write(bytes: Piece): Promise<void> {
    if (bytes.length < PIECE_BYTES) this.#kept.push({ offset: this.size, bytes: bytes.slice() });
    this.size += bytes.length;
    return Promise.resolve();
  }

  read(offset: number, length: number): Promise<Piece> {
    const read = new Uint8Array(length);
    for (const { offset: at, bytes } of this.#kept) {
      const from = Math.max(at, offset);
      const to = Math.min(at + bytes.length, offset + length);
      if (from < to) read.set(bytes.subarray(from - at, to - at), from - offset);
    }
    return Promise.resolve(read);
  }

  close(): void {}
}

Deno.test("members of 4 GiB, and members that lie past 4 GiB, are found again", async () => {
  const file = new SparseFile();
  const zip = new ZipWriter((bytes) => file.write(bytes), { deflate: false });
  const zeros = Array<Piece>(LARGE / PIECE_BYTES).fill(new Uint8Array(PIECE_BYTES));
  const header = formatNpyHeader("uint8", [LARGE]);
  await zip.add("first.npy", header.length + LARGE, pieces(header, ...zeros));
  await zip.add("second.npy", 200, smallArray(5));
  await zip.close(new TextEncoder().encode("large"));
  ok(file.size > LARGE);
  const npz = await openNpz(file);
  deepStrictEqual(npz.members.map(({ name }) => name), ["first", "second"]);
  deepStrictEqual((await npz.header("first")).shape, [LARGE]);
  deepStrictEqual([...(await npz.read("second")).data], [5, 6]);
});

testWith(
  "numpy",
  "numpy reads members with sizes of eight bytes, stored and deflated",
  async () => {
    await withDirectory(async (directory) => {
      for (const deflate of [false, true]) {
        const path = `${directory}/${deflate}.npz`;
        {
          using file = await Deno.open(path, { write: true, createNew: true });
          const zip = new ZipWriter(async (bytes) => void await file.write(bytes), { deflate });
          await zip.add("large.npy", LARGE, smallArray(1));
          await zip.add("small.npy", 200, smallArray(3));
          await zip.add("µ.npy", LARGE, smallArray(7));
          await zip.close(new Uint8Array());
        }
        const printed = await runNumpy(
          `
import json, sys, zipfile
import numpy as np
assert not zipfile.ZipFile(sys.argv[1]).testzip()
file = np.load(sys.argv[1])
print(json.dumps([[name, file[name].tolist()] for name in file.files]))
`,
          [path],
        );
        const expected = [["large", [1, 2]], ["small", [3, 4]], ["µ", [7, 8]]];
        deepStrictEqual(JSON.parse(printed), expected);
        const npz = await openNpz(path);
        for (const [name, values] of expected) {
          deepStrictEqual([...(await npz.read(name as string)).data], values);
        }
        npz.close();
      }
    });
  },
);

async function* failing(fault: "pieces" | "file", onEnd: () => void): AsyncGenerator<Piece> {
  try {
    for (let i = 0; i < 100; i++) {
      await Promise.resolve();
      if (fault === "pieces" && i === 50) throw new Error("no more pieces");
      yield crypto.getRandomValues(new Uint8Array(2 ** 16));
    }
  } finally {
    onEnd();
  }
}

Deno.test("an error of the pieces or of the file ends the writing, and the pieces are let go", async () => {
  for (const deflate of [false, true]) {
    for (const fault of ["pieces", "file"] as const) {
      let isLetGo = false;
      const onEnd = () => isLetGo = true;
      let written = 0;
      const write = (bytes: Piece) => {
        written += bytes.length;
        const isFull = fault === "file" && written > 2 ** 20;
        return isFull ? Promise.reject(new Error("the disk is full")) : Promise.resolve();
      };
      const expected = fault === "file" ? "the disk is full" : "no more pieces";
      const zip = new ZipWriter(write, { deflate });
      const found = await zip.add("x", 2 ** 23, failing(fault, onEnd)).then(
        () => "",
        ({ message }) => message,
      );
      strictEqual(found, expected);
      strictEqual(isLetGo, true);
    }
  }
});
