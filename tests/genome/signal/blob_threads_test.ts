/** Files of a browser, counted by several threads. */

import { deepStrictEqual, ok } from "node:assert";
import { blobSource, bytesSource } from "../../../src/files/byte_source.ts";
import { openSignal, prepare, readGenes } from "../../../src/genome/mod.ts";
import { countWorkers } from "../../helpers/counted_workers.ts";

const EXAMPLE = new URL("../../../fixtures/genome/example/", import.meta.url);

function read(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(name, EXAMPLE));
}

Deno.test("a blob is counted by several threads as bytes are by one", async () => {
  const genes = await readGenes(bytesSource(read("genes.gtf"), "genes.gtf"));
  const name = "liver-H3K4me3.bam";
  const [bytes, index] = [read(name), bytesSource(read(`${name}.bai`), `${name}.bai`)];
  const count = async (source: typeof index, threads: number) => {
    const open = async () => ({ track: await openSignal(source, { index }), close: () => {} });
    const inputs = [{ cellType: "liver", mark: "H3K4me3", name, open }];
    return [...(await (await prepare(genes, inputs, { rule: "reads", threads })).columns()).signal];
  };
  const expected = await count(bytesSource(bytes, name), 1);
  ok(expected.some((value) => value > 0));
  using workers = countWorkers();
  deepStrictEqual(await count(blobSource(new Blob([bytes]), name), 2), expected);
  ok(workers.started > 0);
});
