/**
 * Counts the reads of a BAM file in bins around transcription start sites.
 *
 *     deno run --v8-flags=--no-maglev-escape-analysis --allow-read docs/examples/count_reads.ts \
 *       fixtures/genome/example/liver-H3K4me3.bam fixtures/genome/example/genes.gtf
 */

import { geneWindows, openSignalFile, readAnnotation } from "@waka/histone/genome";
import { openFile } from "@waka/histone/io";

const example = "fixtures/genome/example";
const [bamPath = `${example}/liver-H3K4me3.bam`, genesPath = `${example}/genes.gtf`] = Deno.args;

const annotation = await openFile(genesPath);
const { genes } = await readAnnotation(annotation);
annotation.close();

// [TSS − 5000, TSS + 5000) in 100 bins, 0-based half-open.
const windows = geneWindows(genes, { halfWidthBp: 5000, binSizeBp: 100 });

// Finds the index beside the file. The opened file has a warning where that is older.
const { track, close } = await openSignalFile(bamPath);
const { values, reads } = await track.count(windows, { rule: "reads", minMappingQuality: 10 });
close();
console.log(`${genes.length} genes, ${reads} mapped reads in the file`);

const bins = values.length / genes.length;
for (const [gene, { id, chromosome, tss, strand }] of genes.entries()) {
  const counts = values.subarray(gene * bins, (gene + 1) * bins); // [bin]
  const total = counts.reduce((sum, count) => sum + count, 0);
  console.log([id, chromosome, tss, strand, total].join("\t"));
}
