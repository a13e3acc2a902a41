import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert";
import { createHash } from "node:crypto";
import {
  describeInput,
  describeInputs,
  type DigestProgress,
  isSameInput,
  parseInputs,
} from "../../src/runs/inputs.ts";
import { withDirectory } from "../helpers/command.ts";

Deno.test("a file is digested in pieces, with its progress", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/data.npz`;
    const bytes = crypto.getRandomValues(new Uint8Array(65_536));
    const file = await Deno.open(path, { write: true, create: true });
    const hash = createHash("sha256");
    // More than two pieces of a megabyte, and a part of one.
    for (let piece = 0; piece < 40; piece++) {
      await file.write(bytes);
      hash.update(bytes);
    }
    file.close();
    const seen: number[] = [];
    const onProgress = ({ done, total, file: name }: DigestProgress) => {
      strictEqual(total, 40 * 65_536);
      strictEqual(name, path);
      seen.push(done);
    };
    const inputs = await describeInputs({ data: path, test: undefined }, { onProgress });
    deepStrictEqual(inputs, {
      data: { path, absolutePath: path, bytes: 40 * 65_536, sha256: hash.digest("hex") },
    });
    deepStrictEqual(seen, [2 ** 20, 2 ** 21, 40 * 65_536]);
  });
});

Deno.test("a folder's digest is of the files that are trained on, and no others", async () => {
  await withDirectory(async (directory) => {
    const digest = async () => (await describeInput(directory))?.sha256;
    strictEqual(await digest(), undefined);
    for (const cellType of ["E004", "E003"]) {
      await Deno.mkdir(`${directory}/${cellType}`);
      await Deno.writeTextFile(`${directory}/${cellType}/train.csv`, "000003,1,4,0\n");
    }
    const first = await digest();
    await Deno.writeTextFile(`${directory}/E003/test.csv`, "000003,1,4,0\n");
    strictEqual(await digest(), first);
    await Deno.writeTextFile(`${directory}/E003/train.csv`, "000003,1,4,1\n");
    notStrictEqual(await digest(), first);
    strictEqual(await describeInput(`${directory}/none.npz`), undefined);
  });
});

Deno.test("descriptions in a file are accepted only if complete, and compared by content", () => {
  const file = { path: "a", absolutePath: "/a", bytes: 1, sha256: "0" };
  deepStrictEqual(parseInputs({ data: file }), { data: file });
  for (const damaged of [undefined, null, 3, { data: null }, { data: { ...file, bytes: "1" } }]) {
    strictEqual(parseInputs(damaged), undefined);
  }
  ok(isSameInput(file, { ...file, path: "b", absolutePath: "/b" }));
  ok(!isSameInput(file, { ...file, bytes: 2 }));
});
