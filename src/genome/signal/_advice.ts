/** Commands to copy into a shell, for files that cannot be read as they are. */

import { quotePath } from "../../base/shell.ts";

/** The command that makes the index of a BAM file, or of text from bgzip. */
export function adviseIndex(name: string): string {
  const command = /\.b?gz$/i.test(name) ? "tabix -f -p bed" : "samtools index";
  return `${command} ${quotePath(name)}`;
}

/** The command that makes a sorted BAM file with its index from a BAM or SAM file in any order. */
export function adviseSort(name: string): string {
  return sortCommand(name, "");
}

/** The same command for a CRAM file, which needs the reference genome. */
export function adviseCram(name: string): string {
  return sortCommand(name, "--reference GENOME.fa ");
}

/** The command that rewrites a BAM file, or text from bgzip, with the empty block at its end. */
export function adviseRewrite(name: string): string {
  return /\.bam$/i.test(name)
    ? `samtools view -b -o new.bam ${quotePath(name)} && samtools index new.bam`
    : `gunzip -c ${quotePath(name)} | bgzip > new${/\.\w+\.b?gz$/i.exec(name)?.[0] ?? ".gz"}`;
}

/** Says how to turn BEDPE from bedtools into fragments or reads. */
export function advisePairs(name: string): string {
  const stem = name.replace(/\.(bed|bedpe)(\.b?gz)?$/i, "");
  const print = /\.b?gz$/i.test(name) ? `gunzip -c ${quotePath(name)}` : `cat ${quotePath(name)}`;
  return "which has a pair of reads in each row, expected one read or fragment in a row: make fragments with " +
    `"${print} | awk '$1 == $4' | cut -f 1,2,6 > ${
      quotePath(`${stem}.fragments.bed`)
    }", or single ` +
    "reads with bedtools bamtobed without -bedpe";
}

function sortCommand(name: string, flags: string): string {
  const sorted = quotePath(name.replace(/\.(bam|cram|sam|sam\.gz)$/i, "") + ".sorted.bam");
  return `samtools sort ${flags}-o ${sorted} ${quotePath(name)} && samtools index ${sorted}`;
}
