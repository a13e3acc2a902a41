/** Commands to copy into a shell, for files that cannot be read as they are. */

import { quotePath } from "../../base/shell.ts";

/** Makes the index of a BAM file, or of text that bgzip wrote. */
export function adviseIndex(name: string): string {
  const command = /\.b?gz$/i.test(name) ? "tabix -f -p bed" : "samtools index";
  return `${command} ${quotePath(name)}`;
}

/** Makes a sorted BAM file, with its index, of a BAM or SAM file in any order. */
export function adviseSort(name: string): string {
  return sortCommand(name, "");
}

/** The same of a CRAM file, which holds how its reads differ from a genome. */
export function adviseCram(name: string): string {
  return sortCommand(name, "--reference GENOME.fa ");
}

/** Writes a BAM file, or text that bgzip wrote, anew: with the empty block at its end. */
export function adviseRewrite(name: string): string {
  return /\.bam$/i.test(name)
    ? `samtools view -b -o new.bam ${quotePath(name)} && samtools index new.bam`
    : `gunzip -c ${quotePath(name)} | bgzip > new${/\.\w+\.b?gz$/i.exec(name)?.[0] ?? ".gz"}`;
}

/** What to make of BEDPE that bedtools wrote. */
export function advisePairs(name: string): string {
  const stem = name.replace(/\.(bed|bedpe)(\.b?gz)?$/i, "");
  const print = /\.b?gz$/i.test(name) ? `gunzip -c ${quotePath(name)}` : `cat ${quotePath(name)}`;
  return "a pair of reads in a row, expected a read or a fragment in a row: make fragments with " +
    `"${print} | awk '$1 == $4' | cut -f 1,2,6 > ${
      quotePath(`${stem}.fragments.bed`)
    }", or single ` +
    "reads with bedtools bamtobed without -bedpe";
}

function sortCommand(name: string, flags: string): string {
  const sorted = quotePath(name.replace(/\.(bam|cram|sam|sam\.gz)$/i, "") + ".sorted.bam");
  return `samtools sort ${flags}-o ${sorted} ${quotePath(name)} && samtools index ${sorted}`;
}
