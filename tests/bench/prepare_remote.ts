/** What moves when ten genes of a large file on a server are counted. */

import { readGenes } from "../../src/genome/genes.ts";
import { openSignalFile } from "../../src/genome/open_signal_file.ts";
import { geneWindows } from "../../src/genome/windows.ts";
import { startWebServer } from "../helpers/web_server.ts";

/** One file on a server of this machine. */
export interface RemoteRow {
  readonly file: string;
  readonly fileMegabytes: number;
  readonly movedMegabytes: number;
  readonly requests: number;
  readonly seconds: number;
}

const FILES = [
  { name: "track-1.bw", rule: "mean", indexEnding: undefined },
  { name: "E003-H3K27me3.bam", rule: "reads", indexEnding: ".bai" },
] as const;

/** Counts ten genes of a bigWig and of a BAM file; the server waits 50 ms before each answer. */
export async function measureRemote(folder: string): Promise<RemoteRow[]> {
  const genes = await readGenes(`${folder}/genes-1.tsv`);
  const every = Math.max(1, Math.floor(genes.length / 10));
  const windows = geneWindows(genes.filter((_, i) => i % every === 0).slice(0, 10));
  const rows: RemoteRow[] = [];
  for (const { name, rule, indexEnding } of FILES) {
    const files = { [`/${name}`]: { disk: `${folder}/${name}` } };
    if (indexEnding !== undefined) {
      files[`/${name}${indexEnding}`] = { disk: `${folder}/${name}${indexEnding}` };
    }
    await using server = startWebServer({ files, latencyMs: 50 });
    const count = async (place: string) => {
      const { track, close } = await openSignalFile(place);
      const { values } = await track.count(windows, { rule });
      close();
      return values;
    };
    const started = performance.now();
    const remote = await count(`${server.origin}/${name}`);
    const seconds = (performance.now() - started) / 1000;
    const local = await count(`${folder}/${name}`);
    if (!local.every((value, i) => value === remote[i])) {
      throw new Error(`Cannot bench: the values of ${name} on a server differ from those on disk`);
    }
    rows.push({
      file: name,
      fileMegabytes: (await Deno.stat(`${folder}/${name}`)).size / 1e6,
      movedMegabytes: server.sentBytes / 1e6,
      requests: server.requests.length,
      seconds,
    });
  }
  return rows;
}
