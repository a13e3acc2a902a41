/** Counting that is given up, at whichever read of the file. */

import { ok, rejects } from "node:assert";
import { type ByteSource, bytesSource } from "../../../src/files/byte_source.ts";
import type { CountingRule } from "../../../src/genome/mod.ts";
import { openSignal } from "../../../src/genome/mod.ts";
import { fixtureWindows } from "../../helpers/genome.ts";

const FOLDER = new URL("../../../fixtures/genome/", import.meta.url);

async function sourceOf(name: string): Promise<ByteSource> {
  return bytesSource(await Deno.readFile(new URL(name, FOLDER)), name);
}

const FILES: readonly [name: string, index: string | undefined, rule: CountingRule][] = [
  ["reads.bam", "reads.bam.bai", "reads"],
  ["reads_v3.0.cram", "reads_v3.0.cram.crai", "reads"],
  ["signal.bw", undefined, "mean"],
  ["reads.tagAlign.gz", "reads.tagAlign.gz.tbi", "reads"],
  ["reads.tagAlign.gz", undefined, "reads"],
];

for (const [name, index, rule] of FILES) {
  Deno.test(`${name}, ${index ?? "no index"}: counting ends with the signal's reason at any read`, async () => {
    const reason = new Error("given up");
    const file = await sourceOf(name);
    let controller = new AbortController();
    let left = Infinity;
    const source: ByteSource = {
      ...file,
      read(offset, length) {
        if (left-- === 0) controller.abort(reason);
        return file.read(offset, length);
      },
    };
    const own = index === undefined ? undefined : await sourceOf(index);
    const track = await openSignal(source, { index: own });
    const windows = fixtureWindows();
    let ended = 0;
    for (let after = 0;; after++) {
      controller = new AbortController();
      left = after;
      const counting = track.count(windows, { rule, signal: controller.signal });
      const outcome = await counting.then(() => undefined, (error) => error);
      if (outcome === undefined) {
        // There were fewer reads than that.
        ok(left >= 0, "a read that was given up is not counted");
        break;
      }
      ok(outcome === reason, `${outcome}`);
      ended++;
    }
    ok(ended > 0);
    left = Infinity;
    await track.count(windows, { rule, signal: new AbortController().signal });
    const aborted = { rule, signal: AbortSignal.abort(reason) };
    await rejects(track.count(windows, aborted), reason);
  });
}
