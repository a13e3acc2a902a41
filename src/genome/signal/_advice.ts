/** Commands to copy into a shell, for files that cannot be read as they are. */

import { quotePath } from "../../_shell.ts";

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

function sortCommand(name: string, flags: string): string {
  const sorted = quotePath(name.replace(/\.(bam|cram|sam|sam\.gz)$/i, "") + ".sorted.bam");
  return `samtools sort ${flags}-o ${sorted} ${quotePath(name)} && samtools index ${sorted}`;
}
