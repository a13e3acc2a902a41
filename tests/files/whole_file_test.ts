import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert";
import { ContractError, FormatError, NotFoundError } from "../../src/errors.ts";
import { directorySource } from "../../src/files/directory_source.ts";
import { readWholeFile } from "../../src/files/whole_file.ts";
import { readAnndataFolder } from "../../src/io/zarr/folder.ts";
import { withDirectory } from "../helpers/command.ts";

async function makePipe(path: string): Promise<void> {
  ok((await new Deno.Command("mkfifo", { args: [path] }).output()).success);
}

Deno.test("files and pipes are read whole, up to the most that they may have", async () => {
  await withDirectory(async (directory) => {
    const [file, pipe] = [`${directory}/file`, `${directory}/pipe`];
    const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => i);
    await Deno.writeFile(file, bytes);
    deepStrictEqual(await readWholeFile(file, { mostBytes: bytes.length, isRegular: true }), bytes);
    await rejects(readWholeFile(file, { mostBytes: bytes.length - 1 }), {
      name: "FormatError",
      message: /it has 200000 bytes, expected at most 199999/,
    });
    await makePipe(pipe);
    for (const mostBytes of [bytes.length, bytes.length - 1]) {
      const writer = new Deno.Command("sh", { args: ["-c", `cat ${file} > ${pipe}`] }).spawn();
      const read = readWholeFile(pipe, { mostBytes });
      if (mostBytes === bytes.length) strictEqual((await read).length, bytes.length);
      else await rejects(read, { message: /it has more bytes, expected at most 199999/ });
      await writer.status;
    }
    await rejects(readWholeFile(pipe, { isRegular: true }), ContractError);
    await rejects(readWholeFile(directory), ContractError);
    await rejects(readWholeFile(`${directory}/none`), NotFoundError);
  });
});

Deno.test({
  name: "a device without an end is read up to the bound, and not at all where a file must be",
  ignore: Deno.build.os === "windows",
  fn: async () => {
    await rejects(readWholeFile("/dev/zero", { mostBytes: 2 ** 20 }), FormatError);
    await rejects(readWholeFile("/dev/zero", { isRegular: true }), ContractError);
  },
});

Deno.test({
  name: "links in a folder of Zarr to devices, pipes and folders are refused before they are read",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withDirectory(async (directory) => {
      const pipe = `${directory}/pipe`;
      await makePipe(pipe);
      for (const target of ["/dev/zero", pipe, directory]) {
        const folder = await Deno.makeTempDir({ dir: directory });
        await Deno.symlink(target, `${folder}/zarr.json`);
        await rejects(readAnndataFolder(folder), /it is a (pipe or a device|directory)/);
        await rejects(directorySource(folder, () => 9).get("/zarr.json"), /it is a/);
      }
      const folder = await Deno.makeTempDir({ dir: directory });
      await Deno.writeFile(`${folder}/zarr.json`, new Uint8Array());
      await Deno.truncate(`${folder}/zarr.json`, 2 ** 40);
      await rejects(readAnndataFolder(folder), /it has 1099511627776 bytes, expected at most/);
    }),
});
