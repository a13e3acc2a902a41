import process from "node:process";
import { readGenes } from "../src/genome/genes.ts";
import { openSignalFile } from "../src/genome/signal_files.ts";
import { geneWindows } from "../src/genome/windows.ts";
const d = "/tmp/j-data-Tx4Z";
const windows = geneWindows(await readGenes(`${d}/genes-1.tsv`));
for (const f of ["E003-H3K27me3.bam", "E003-H3K36me3.bam", "E003-H3K27me3.bam"]) {
  const u0 = process.cpuUsage().user;
  const t = performance.now();
  const { track, close } = await openSignalFile(`${d}/${f}`);
  await track.count(windows, { rule: "reads" });
  console.log(f, performance.now() - t, (process.cpuUsage().user - u0) / 1e3);
  close();
}
