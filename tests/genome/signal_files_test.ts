import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { readSampleSheet } from "../../src/genome/sample_sheet.ts";
import { openSignalFile, signalFiles } from "../../src/genome/signal_files.ts";
import { withDirectory } from "../helpers/command.ts";
import { fixtureBytes } from "../helpers/genome.ts";

async function filesOf(directory: string, ...paths: string[]) {
  const rows = paths.map((path, i) => `liver\tmark${i}\t${path}`);
  const sheet = `${directory}/sheet.tsv`;
  await Deno.writeTextFile(sheet, ["cell_type\tmark\tpath", ...rows].join("\n"));
  return await signalFiles(await readSampleSheet(sheet), sheet);
}

Deno.test("paths start at the sheet's directory, and one file with two names is refused", async () => {
  await withDirectory(async (directory) => {
    await Deno.mkdir(`${directory}/sub`);
    await Deno.writeTextFile(`${directory}/a.bed`, "chr1\t1\t2\n");
    await Deno.symlink(`${directory}/a.bed`, `${directory}/link.bed`);
    const inputs = await filesOf(directory, "sub/../a.bed");
    deepStrictEqual(
      inputs.map(({ name, cellType, mark }) => [name, cellType, mark]),
      [[`${directory}/sub/../a.bed`, "liver", "mark0"]],
    );
    strictEqual((await filesOf(directory, `${directory}/a.bed`)).length, 1);
    for (const other of ["sub/../a.bed", "link.bed"]) {
      await rejects(filesOf(directory, "a.bed", other), {
        name: "FormatError",
        message: /is the same file as "a\.bed" in line 2.*sheet\.tsv, line 3/,
      });
    }
  });
});

Deno.test("a missing file, a directory and an unknown ending are refused with the line", async () => {
  await withDirectory(async (directory) => {
    await Deno.mkdir(`${directory}/sub.bam`);
    await Deno.writeTextFile(`${directory}/a.txt`, "x");
    await rejects(
      filesOf(directory, "no.bam"),
      /no\.bam" is not there: relative paths .* \(.*sheet\.tsv, line 2\)/,
    );
    await rejects(filesOf(directory, "/no/a.bam"), /"\/no\/a\.bam" is not there \(/);
    await rejects(
      filesOf(directory, "~/a.bam"),
      /is not there: write the path of your home directory/,
    );
    await rejects(filesOf(directory, "s3://x/a.bam"), /is an address, .*download the file/);
    await rejects(filesOf(directory, "sub.bam"), /is a directory, .*line 2\)/);
    await rejects(filesOf(directory, "a.txt"), /expected a name that ends in .*line 2\)/);
  });
});

Deno.test("an index is found in the directory of its file, and refused if it is older", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/a.bam`;
    await Deno.writeFile(path, fixtureBytes("reads.bam"));
    await rejects(openSignalFile(path), /has no index.*samtools index/);
    await Deno.writeFile(`${directory}/a.bai`, fixtureBytes("reads.bam.bai"));
    await Deno.utime(path, 1000, 1000);
    const { track, close } = await openSignalFile(path);
    strictEqual(track.format, "bam");
    close();
    await Deno.utime(path, new Date(), new Date());
    await Deno.utime(`${directory}/a.bai`, 1000, 1000);
    await rejects(openSignalFile(path), {
      name: "FormatError",
      message: /before .*a\.bam.*make it again with .*\(.*a\.bai\)/,
    });
  });
});
