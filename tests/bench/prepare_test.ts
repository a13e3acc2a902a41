import { ok, rejects, strictEqual } from "node:assert";
import { findPythonWith, testIf } from "../helpers/require.ts";
import { benchPrepare, extrapolate } from "./prepare.ts";
import { PrepareFolder } from "./prepare_job.ts";
import { benchSingle, SINGLE_FIGURES } from "./prepare_single.ts";
import { formatPrepare, keptRows } from "./prepare_report.ts";

const PYTHON = await findPythonWith("numpy, pyBigWig");

const cost = (seconds: number) => ({ seconds, cpuSeconds: 2 * seconds, megabytes: 10 * seconds });

Deno.test("the cost of all windows lies on the line through those of two shares", () => {
  // A second to start, and 0.5 s for each hundredth of the windows.
  const { seconds, cpuSeconds, megabytes } = extrapolate([cost(1.5), cost(3.5)], [100, 20]);
  ok(Math.abs(seconds - 51) < 1e-9 && Math.abs(cpuSeconds - 102) < 1e-9, `${seconds}`);
  strictEqual(megabytes, 35);
  strictEqual(extrapolate([cost(7)], [1]).seconds, 7);
});

testIf(PYTHON !== undefined, "pybigwig", {
  name: "every peer that is installed counts what prepare counts",
  fn: async () => {
    const lines: string[] = [];
    const result = await benchPrepare({
      genes: 800,
      reads: 20_000,
      meanBp: 300,
      shrink: 100,
      rounds: 1,
      log: (line) => lines.push(line),
    });
    for (const { peer, agreement } of result.rows) {
      if (agreement === undefined) {
        // It decodes the files and writes no table.
        ok(peer.startsWith("samtools view"), peer);
        continue;
      }
      strictEqual(agreement.different, 0, `${peer}: ${JSON.stringify(agreement)}`);
      ok(agreement.total > 100, `${peer}: ${JSON.stringify(agreement)}`);
    }
    ok(result.rows.some(({ peer }) => peer.startsWith("pyBigWig")), lines.join("\n"));
    for (const { files, megabytes } of result.memory) ok(megabytes < 300, `${files}: ${megabytes}`);
    for (const { requests, movedMegabytes, fileMegabytes } of result.remote) {
      ok(requests > 2 && movedMegabytes < fileMegabytes);
    }
    const table = formatPrepare(result);
    ok(/\| 10 bigWig files \| pyBigWig .* all .* equal/.test(table), table);
    ok(keptRows(result).length >= 2 * result.rows.length + 2 * result.memory.length);
  },
});

testIf(PYTHON !== undefined, "pybigwig", {
  name: "one file of each kind is counted in turns with its peer, which finds the same",
  fn: async () => {
    const rows = await benchSingle(SINGLE_FIGURES, {
      rounds: 1,
      genes: 300,
      reads: 20_000,
      meanBp: 300,
      shrink: 100,
      signal: new AbortController().signal,
      log: () => {},
    });
    strictEqual(rows.map(({ figure }) => figure).join(), SINGLE_FIGURES.join());
    for (const { peer, ours, theirs, ratio } of rows) {
      if (theirs === null) continue;
      ok(ours! > 0 && theirs > 0 && Math.abs(ratio! - theirs / ours!) < 1e-9, peer);
    }
  },
});

testIf(PYTHON !== undefined, "pybigwig", {
  name: "memory is that of all processes of a command, and a failing command is an error",
  fn: async () => {
    const folder = new PrepareFolder("/", { python: PYTHON! });
    const hold = (megabytes: number) =>
      `${PYTHON} -c "import time; a = bytearray(${megabytes}000000); time.sleep(0.5)"`;
    const { megabytes, seconds } = await folder.measure(`${hold(40)} & ${hold(60)}; wait`);
    ok(megabytes > 100 && megabytes < 160, `${megabytes}`);
    ok(seconds >= 0.5, `${seconds}`);
    await rejects(folder.measure("echo so it is >&2; false"), /so it is/);
  },
});

testIf(PYTHON !== undefined, "pybigwig", {
  name: "a table with one wrong value is found to differ, and one that lacks bins is refused",
  fn: async () => {
    const path = await Deno.makeTempDir();
    const folder = new PrepareFolder(path, { python: PYTHON!, shrink: 100 });
    await folder.simulate("windows", "3", "1");
    const write = "import numpy as np; a = np.ones((3, 100, 3)); a[:, :, 0] = [[1], [2], [3]]; " +
      "a[1, 7, 1] = 5; np.savez('ours.npz', liver=a)";
    await folder.measure(`$PYTHON -c "${write}"`);
    const compare = () => folder.compare(["bed", "table.tsv"], { step: 1, tolerance: 0 });
    await folder.measure(`awk '{ print $0 "\\t1\\t1" }' bins-1.bed > table.tsv`);
    strictEqual((await compare()).different, 1);
    await folder.measure("sed -i 1d table.tsv");
    await rejects(compare(), /299 bins, expected the 300/);
    await Deno.remove(path, { recursive: true });
  },
});
