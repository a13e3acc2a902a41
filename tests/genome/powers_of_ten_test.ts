/** Places with a power of ten, as R writes 100000: they may have been rounded, so they are refused with what to do. */

import { rejects } from "node:assert";
import { readBedWindows } from "../../src/genome/bed_windows.ts";
import { readGenes } from "../../src/genome/genes.ts";
import { readBlacklist } from "../../src/genome/signal/blacklist.ts";
import { openSignal } from "../../src/genome/signal/open_signal.ts";
import { readChromosomeSizes } from "../../src/genome/tracks/read_chromosome_sizes.ts";
import type { ByteSource } from "../../src/files/byte_source.ts";
import { textSource } from "../helpers/text_source.ts";

const READERS: readonly (readonly [string, string, (source: ByteSource) => Promise<unknown>])[] = [
  ["a.bed", "chr1\t9900\t1e+05\n", openSignal],
  ["a.bedGraph", "chr1\t1E5\t200000\t1\n", openSignal],
  ["a.narrowPeak", "chr1\t1e+05\t2e+05\tp\t9\t.\t2.5\t-1\t-1\t50\n", openSignal],
  ["blacklist.bed", "chr1\t1.5e+05\t200000\n", readBlacklist],
  ["windows.bed", "chr1\t99000\t1e+05\tw\t0\t+\n", readBedWindows],
  ["genes.bed", "chr1\t1e+05\t2e+05\tg\t0\t+\n", readGenes],
  ["later.bed", "chr1\t1\t2\tf\t0\t+\nchr1\t1e+05\t2e+05\tg\t0\t+\n", readGenes],
  ["genes.gtf", 'chr1\tx\tgene\t99\t1e+05\t.\t+\t.\tgene_id "g"\n', readGenes],
  ["genes.tsv", "gene_id\tchrom\ttss\tstrand\ng\tchr1\t1e+05\t+\n", readGenes],
  ["chrom.sizes", "chr1\t1e+08\n", readChromosomeSizes],
];

for (const [name, text, read] of READERS) {
  Deno.test(`a place with a power of ten is refused with what to do: ${name}`, async () => {
    await rejects(read(textSource(text, name)), {
      name: "FormatError",
      message: /"[\d.]+e\+?\d+".*expected (an integer|integers).*scipen = 999\) \(.*line \d\)$/i,
    });
  });
}
