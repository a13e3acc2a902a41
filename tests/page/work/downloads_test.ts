/** What the page saves, read back by the package's readers. */

import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { Dataset } from "../../../src/data/mod.ts";
import { attribute } from "../../../src/explain/mod.ts";
import { blobSource, bytesSource } from "../../../src/files/byte_source.ts";
import { geneWindows, openSignal } from "../../../src/genome/mod.ts";
import { readCompetition } from "../../../src/io/mod.ts";
import { listZip } from "../../../src/io/zip.ts";
import { type DownloadKind, EXAMPLE } from "../../../src/page/protocol.ts";
import { openModelFiles } from "../../../src/page/work/open_model.ts";
import { openWork, type TestWork } from "../../helpers/page_work.ts";

const GENE = { gene: "ENSG00000100000", cellType: "liver" };

async function trainedWork(): Promise<TestWork> {
  const work = openWork();
  await work.call("takeExample", {});
  await work.call("prepare", EXAMPLE.count);
  await work.call("train", { preset: "waka2", epochs: 2, seed: 1 });
  await work.call("predict", {});
  return work;
}

Deno.test("all that is saved is read back by this package", async (t) => {
  const work = await trainedWork();
  const explanation = await work.call("explain", GENE);
  const save = (kind: DownloadKind) => work.call("download", { kind });
  const { file: npz } = await save("data.npz");
  const data = new Dataset(await readCompetition(blobSource(npz, "data.npz")));
  const { name: zipName, file: zip } = await save("model.zip");
  const model = await openModelFiles([new File([zip], zipName)]);

  await t.step("the model is the same after it was saved and opened", async () => {
    const { model: before } = await work.call("open", {});
    const opened = await work.call("openModel", { files: [new File([zip], zipName)] });
    strictEqual(opened.digest, before?.digest);
    await work.call("predict", {});
  });

  await t.step("an explanation is the one that attribute gives, and adds up", async () => {
    const rows = [data.columns.genes.findIndex((id) => id.startsWith(GENE.gene))];
    const found = await attribute([model], data, {
      method: "integrated-gradients",
      baseline: "zero",
      rows,
      engine: "wasm",
    });
    const { marks, bins } = data;
    const values = found.inputs.signal!.values;
    for (const [mark] of marks.entries()) {
      const own = Array.from({ length: bins }, (_, bin) => values[bin * marks.length + mark]!);
      deepStrictEqual(explanation.attributions[mark], own);
    }
    const sum = explanation.totals.reduce((a, b) => a + b, 0);
    const difference = explanation.prediction - explanation.baseline;
    ok(Math.abs(sum - difference) < 0.01 * Math.max(1, Math.abs(difference)));
  });

  await t.step("tracks are bigWig files of the signal and the attributions", async () => {
    const { file } = await save("tracks.zip");
    const entries = await listZip(blobSource(file, "tracks.zip"));
    const paths = entries.map(({ path }) => path);
    strictEqual(paths.filter((path) => path.endsWith(".bw")).length, 2 * data.marks.length);
    ok(paths.includes("tracks/session.xml"));
    const signal = entries.find(({ path }) => /H3K4me3.signal\.bw$/.test(path))!;
    const track = await openSignal(bytesSource(await signal.read(), "signal.bw"));
    const { chromosome = "", tss = 0, strand = "+" } = data.geneDetailsOf(0) ?? {};
    const windows = geneWindows([{ id: "g", chromosome, tss, strand, line: 1 }]);
    const { values } = await track.count(windows, { rule: "mean" });
    deepStrictEqual([...values], explanation.signal[data.marks.indexOf("H3K4me3")]);
  });

  await t.step("the page of a gene and the report are whole", async () => {
    const page = await (await save("explanation.html")).file.text();
    match(page, /^<!DOCTYPE html>/);
    ok(page.includes(GENE.gene) && page.includes("H3K4me3"));
    const report = await (await save("report.html")).file.text();
    match(report, /^<!DOCTYPE html>/);
    ok(report.includes("<svg") && report.trimEnd().endsWith("</html>"));
    match(report, /Label units are log2/);
  });
});

Deno.test("what is not there yet cannot be saved, and the message says what comes first", async () => {
  const work = openWork();
  const save = (kind: "data.npz" | "report.html" | "tracks.zip" | "model.zip") =>
    work.call("download", { kind });
  await rejects(save("data.npz"), /expected some/);
  await rejects(save("model.zip"), /expected that one is trained or opened first/);
  await rejects(save("tracks.zip"), /expected that one is first/);
  await rejects(save("report.html"), /expected predictions/);
});

Deno.test("bins are told as they are counted, and are the means of the samples that come of them", async () => {
  const work = openWork();
  await work.call("takeExample", {});
  await work.call("prepare", EXAMPLE.count);
  const { file } = await work.call("download", { kind: "data.npz" });
  const data = new Dataset(await readCompetition(blobSource(file, "data.npz")));
  const told = work.progress.flatMap(({ bins }) => bins ?? []);
  strictEqual(told.length, 10);
  for (const { mark, cellType, mean } of told) {
    const own = data.filter((position) => data.cellTypeOf(position) === cellType);
    const place = data.marks.indexOf(mark);
    for (const [bin, value] of mean.entries()) {
      let sum = 0;
      for (let position = 0; position < own.length; position++) {
        sum += own.signalOf(position)[bin * data.marks.length + place]!;
      }
      strictEqual(value, sum / own.length, `${mark} of ${cellType}, bin ${bin}`);
    }
  }
});
