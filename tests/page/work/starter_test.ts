/** The starter model on the page, against the commands. */

import { match, ok, rejects, strictEqual } from "node:assert";
import { runTask } from "../../helpers/command.ts";
import { openWork } from "../../helpers/page_work.ts";

const PEAKS = new URL("../../../fixtures/genome/peaks/", import.meta.url).pathname;

Deno.test("the starter model predicts peaks as the command does, with intervals, and is explained", async () => {
  const directory = await Deno.makeTempDir();
  try {
    const names = [...Deno.readDirSync(PEAKS)].map(({ name }) => name).filter((name) =>
      !/README|\.ts$/.test(name)
    );
    const files = names.map((name) => new File([Deno.readFileSync(PEAKS + name)], name));
    const work = openWork();
    const { missing } = await work.call("addFiles", { files });
    strictEqual(missing.length, 0, missing.join(" "));
    await work.call("prepare", { assembly: "hg19" });
    const model = await work.call("useStarter", {});
    strictEqual(model.assembly, "hg19");
    await work.call("predict", { interval: 0.9 });
    const { file } = await work.call("download", { kind: "predictions.tsv" });

    const [data, out] = [`${directory}/data.npz`, `${directory}/predictions.tsv`];
    const sheet = ["--samples", `${PEAKS}sheet.tsv`, "--genes", `${PEAKS}genes.gtf`];
    const counted = ["--signal", "enrichment", "--assembly", "hg19", "--out", data];
    const prepared = await runTask("prepare", ...sheet, ...counted);
    strictEqual(prepared.code, 0, prepared.stderr);
    const asked = ["--model", "starter", "--data", data, "--interval", "0.9", "--out", out];
    const predicted = await runTask("predict", ...asked, "--engine", "wasm");
    strictEqual(predicted.code, 0, predicted.stderr);
    strictEqual(await file.text(), await Deno.readTextFile(out));

    const [row] = (await work.call("rows", { offset: 0, limit: 1 })).rows;
    const { gene, cellType } = row!;
    const explained = await work.call("explain", { gene, cellType });
    strictEqual(explained.attributions.length, 4);
    ok(explained.notes.some((note) => /^Besides the marks, .* adds? (0|[+−]\d)/.test(note)));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("data of another assembly are refused until the user accepts them, and without words for a command line", async () => {
  const names = ["genes.gtf", "sample.H3K4me3.narrowPeak", "sample.H3K4me1.broadPeak"];
  const files = names.map((name) => new File([Deno.readFileSync(PEAKS + name)], name));
  const work = openWork();
  await work.call("addFiles", { files });
  await work.call("prepare", { assembly: "hg38" });
  await work.call("useStarter", {});
  await rejects(work.call("predict", {}), /hg19/);
  const { notes } = await work.call("predict", { acceptAssembly: true });
  match(notes.join(" "), /trained on hg19, the data are of hg38/);
});
