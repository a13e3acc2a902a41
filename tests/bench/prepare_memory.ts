/** Memory and time of our command on kinds and numbers of files that the comparison with peers does not have. */

import type { Cost, JobFile, PrepareFolder } from "./prepare_job.ts";

/** One run of our command. */
export interface MemoryRow extends Cost {
  readonly files: string;
}

/** Measures them all, one after another. */
export async function measureMemory(
  folder: PrepareFolder,
  bam: readonly JobFile[],
  bigWig: readonly JobFile[],
): Promise<MemoryRow[]> {
  const reads = ["--signal", "reads"];
  const rows: MemoryRow[] = [];
  const add = async (files: string, inputs: readonly JobFile[], flags: readonly string[]) => {
    rows.push({ files, ...await folder.measureOurs(inputs, flags) });
  };
  await add("1 BAM file", bam.slice(0, 1), reads);
  await add("10 BAM files", bam, reads);
  await add("10 BAM files, 8 at a time", bam, [...reads, "--concurrency", "8"]);
  await add("20 BAM files", await doubled(folder, bam), reads);
  await add("10 bigWig files", bigWig, ["--signal", "mean"]);
  await add("10 bigWig files, 8 at a time", bigWig, ["--signal", "mean", "--concurrency", "8"]);
  await convert(folder, bam, "cram");
  await add("10 CRAM files", renamed(bam, "cram"), reads);
  await convert(folder, bam, "tagAlign.gz");
  await add("10 tagAlign.gz files", renamed(bam, "tagAlign.gz"), reads);
  await joinReads(folder, bam);
  const joined = { cellType: "E003", mark: "H3K4me3", name: "joined.tagAlign.gz" };
  await add("1 tagAlign.gz file, ten times as long", [joined], reads);
  return rows;
}

/** The files, and each of them again as another cell type. */
async function doubled(folder: PrepareFolder, files: readonly JobFile[]): Promise<JobFile[]> {
  const copies: JobFile[] = [];
  for (const { cellType, mark, name } of files) {
    const copy = { cellType: `${cellType}b`, mark, name: `copy-of-${name}` };
    for (const ending of ["", ".bai"]) {
      await Deno.copyFile(
        `${folder.path}/${name}${ending}`,
        `${folder.path}/${copy.name}${ending}`,
      );
    }
    copies.push(copy);
  }
  return [...files, ...copies];
}

function renamed(files: readonly JobFile[], ending: string): JobFile[] {
  return files.map((file) => ({ ...file, name: file.name.replace(/bam$/, ending) }));
}

const CONVERT = {
  cram: "samtools view -C --output-fmt-option no_ref=1 -o OUT IN && samtools index OUT",
  "tagAlign.gz": "bedtools bamtobed -i IN | gzip -3 > OUT",
};

async function convert(
  folder: PrepareFolder,
  files: readonly JobFile[],
  ending: keyof typeof CONVERT,
): Promise<void> {
  for (const { name } of files) {
    const out = name.replace(/bam$/, ending);
    if (await Deno.stat(`${folder.path}/${out}`).catch(() => undefined)) continue;
    await folder.measure(CONVERT[ending].replaceAll("OUT", out).replaceAll("IN", name));
  }
}

/** Writes the reads of all files into one, which gzip allows. */
async function joinReads(folder: PrepareFolder, files: readonly JobFile[]): Promise<void> {
  const names = renamed(files, "tagAlign.gz").map(({ name }) => name);
  await folder.measure(`cat ${names.join(" ")} > joined.tagAlign.gz`);
}
