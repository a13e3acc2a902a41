/** Which files the page opens a model from. */

import { deepStrictEqual, ok, rejects } from "node:assert";
import { ContractError, FormatError, NotFoundError } from "../../../src/errors.ts";
import { writeZip } from "../../../src/io/zip.ts";
import { serializeModel } from "../../../src/model/mod.ts";
import { collectStream } from "../../../src/page/work/downloads/collect_stream.ts";
import { openModelFiles } from "../../../src/page/work/open_model.ts";
import { loadStarter } from "../../../src/starter/mod.ts";

const starter = await loadStarter();
const saved = await serializeModel(starter);
const json = new TextEncoder().encode(saved.json);
const { weights, panel = new Uint8Array() } = saved;

async function zipOf(files: Readonly<Record<string, Uint8Array<ArrayBuffer>>>): Promise<File> {
  const entries = Object.entries(files).map(([path, content]) => ({ path, content }));
  const zip = await collectStream((sink) => writeZip(sink, entries), "application/zip");
  return new File([zip], "mine.zip");
}

Deno.test("a model is opened from its files, and from a zip file with folders and other files", async () => {
  const loose = [
    new File([weights], "weights.bin"),
    new File([panel], "panel.npz"),
    new File([json], "model.json"),
  ];
  const zip = await zipOf({
    "a/notes.txt": new Uint8Array(3),
    "a/panel.npz": panel,
    "a/b/model.json": json,
    "a/b/weights.bin": weights,
  });
  for (const files of [loose, [zip]]) deepStrictEqual(await openModelFiles(files), starter);
});

Deno.test("files that are no model's are refused by name, with what would do", async () => {
  const expected =
    /, expected model\.json and weights\.bin of a saved model, or a zip file of them/;
  const cases = [
    [[new File(["a"], "a.txt"), new File([json], "model.json")], "found a.txt, model.json,"],
    [[await zipOf({ "weights.bin": weights })], "found mine.zip,"],
    [[], "found no file,"],
  ] as const;
  for (const [files, found] of cases) {
    await rejects(openModelFiles(files), (error) => {
      ok(error instanceof ContractError && error.cause instanceof NotFoundError);
      return error.message.includes(found) && expected.test(error.message);
    });
  }
});

Deno.test("a zip file of two models is refused, since nothing says which one is meant", async () => {
  const zip = await zipOf({ "a/model.json": json, "b/model.json": json, "a/weights.bin": weights });
  await rejects(openModelFiles([zip]), /Cannot open mine\.zip: it holds 2 models, expected one/);
});

Deno.test("a damaged file of a zip file is named with its folder", async () => {
  const zip = await zipOf({ "a/model.json": json, "a/weights.bin": weights.slice(4) });
  await rejects(openModelFiles([zip]), (error) => {
    ok(error instanceof FormatError);
    return /a\/weights\.bin/.test(error.message);
  });
});
