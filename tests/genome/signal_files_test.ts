import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { readSampleSheet, type ReadSampleSheetOptions } from "../../src/genome/sample_sheet.ts";
import { openSignalFile } from "../../src/genome/open_signal_file.ts";
import { isShared } from "../../src/genome/signal/count_shares.ts";
import { signalFiles } from "../../src/genome/signal_files.ts";
import { geneWindows } from "../../src/genome/windows.ts";
import { withDirectory } from "../helpers/command.ts";
import { fixtureBytes, geneAt } from "../helpers/genome.ts";
import { startWebServer } from "../helpers/web_server.ts";

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

Deno.test("an index is found in the directory of its file, and one that is older gives a warning if it fits", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/a.bam`;
    await Deno.writeFile(path, fixtureBytes("reads.bam"));
    await rejects(openSignalFile(path), /has no index.*samtools index/);
    await Deno.writeFile(`${directory}/a.bai`, fixtureBytes("reads.bam.bai"));
    await Deno.utime(path, 1000, 1000);
    const { track, close } = await openSignalFile(path);
    strictEqual(track.format, "bam");
    const windows = geneWindows([geneAt("chr1", 1000)], { halfWidthBp: 1000 });
    const { values } = await track.count(windows, { rule: "reads" });
    close();
    // As samtools leaves them, which closes the file after the index.
    await Deno.utime(`${directory}/a.bai`, 999.5, 999.5);
    const together = await openSignalFile(path);
    deepStrictEqual(together.track.warnings, []);
    together.close();
    await Deno.utime(path, new Date(), new Date());
    await Deno.utime(`${directory}/a.bai`, 1000, 1000);
    const copied = await openSignalFile(path);
    strictEqual(copied.track.warnings?.length, 1);
    match(
      copied.track.warnings[0]!,
      /^the index of .*a\.bam is older than the file\. It is used, .* make the index again with "samtools index .*a\.bam"$/,
    );
    // Its sequences are still shared out among threads.
    ok(isShared(copied.track));
    deepStrictEqual((await copied.track.countTogether(windows, { rule: "reads" })).values, values);
    copied.close();
    // A newer index is taken in place of an old one that was left lying.
    await Deno.writeFile(`${directory}/a.bam.bai`, fixtureBytes("reads.bam.bai"));
    (await openSignalFile(path)).close();
  });
});

/** Lists the files of a sheet that is written into a directory. */
async function filesOfSheet(
  directory: string,
  rows: readonly string[],
  options: ReadSampleSheetOptions = {},
) {
  const sheet = `${directory}/sheet.csv`;
  const header = "cell_type,mark,path,replicate,control,index,control_index";
  await Deno.writeTextFile(sheet, [header, ...rows].join("\n"));
  return await signalFiles(await readSampleSheet(sheet, options), sheet);
}

Deno.test("replicates come with their names, and rows with one control share its object", async () => {
  await withDirectory(async (directory) => {
    for (const name of ["a", "b", "c", "input"]) {
      await Deno.writeTextFile(`${directory}/${name}.bed`, "chr1\t1\t2\n");
    }
    await Deno.symlink(`${directory}/input.bed`, `${directory}/same.bed`);
    const rows = [
      "liver,m,a.bed,1,input.bed",
      "liver,m,b.bed,2,same.bed",
      "lung,m,c.bed,1,./input.bed",
    ];
    const inputs = await filesOfSheet(directory, rows, { replicates: "sum", control: "ratio" });
    deepStrictEqual(inputs.map(({ replicate }) => replicate), ["1", "2", "1"]);
    const controls = new Set(inputs.map(({ control }) => control));
    strictEqual(controls.size, 1);
    strictEqual(inputs[0]?.control?.name, `${directory}/input.bed`);
    const plain = await filesOfSheet(directory, rows, { replicates: "sum" });
    ok(plain.every(({ control }) => control === undefined));
  });
});

Deno.test("a control that is a mark's file by another path is refused, and so is one that is not there", async () => {
  await withDirectory(async (directory) => {
    for (const name of ["a", "b"]) {
      await Deno.writeTextFile(`${directory}/${name}.bed`, "chr1\t1\t2\n");
    }
    await Deno.symlink(`${directory}/b.bed`, `${directory}/link.bed`);
    const read = (...rows: string[]) => filesOfSheet(directory, rows, { control: "subtract" });
    await rejects(read("liver,m,a.bed,,b.bed", "liver,n,link.bed,,c.bed"), {
      name: "FormatError",
      message:
        /control "b\.bed" is the same file as "link\.bed" in line 3, .*sheet\.csv, line 2\)$/,
    });
    await rejects(read("liver,m,a.bed,,c.bed"), /c\.bed" is not there: .*line 2\)$/);
    await rejects(read("liver,m,a.bed,,b.txt"), /b\.txt" is not there/);
    await rejects(
      filesOfSheet(directory, ["liver,m,a.bed,1", "liver,m,link.bed,2", "liver,m,b.bed,3"], {
        replicates: "mean",
      }),
      /"b\.bed" is the same file as "link\.bed" in line 3/,
    );
  });
});

Deno.test("an index that the sheet names is opened, wherever it is, and one that is not there is refused", async () => {
  await withDirectory(async (directory) => {
    await Deno.writeFile(`${directory}/a.bam`, fixtureBytes("reads.bam"));
    await Deno.mkdir(`${directory}/index`);
    await Deno.writeFile(`${directory}/index/x.bai`, fixtureBytes("reads.bam.bai"));
    const [input] = await filesOfSheet(directory, ["liver,m,a.bam,,,index/x.bai"]);
    const { track, close } = await input!.open();
    strictEqual(track.format, "bam");
    close();
    await rejects(
      filesOfSheet(directory, ["liver,m,a.bam,,,x.bai"]),
      /index ".*\/x\.bai" is not there \(.*line 2\)$/,
    );
  });
});

Deno.test("a file that is not as large as the sheet says is refused, and its format need not be in its name", async () => {
  await withDirectory(async (directory) => {
    const path = `${directory}/ENCFF001AAA`;
    await Deno.writeTextFile(path, "chr1\t1\t2\n");
    const entry = { cellType: "liver", mark: "m", path, line: 2, format: "bed" } as const;
    const sheet = { cellTypes: ["liver"], marks: ["m"] };
    const [input] = await signalFiles({ ...sheet, entries: [{ ...entry, sizeBytes: 9 }] }, "s.tsv");
    const { track, close } = await input!.open();
    strictEqual(track.format, "bed");
    close();
    await rejects(signalFiles({ ...sheet, entries: [{ ...entry, sizeBytes: 10 }] }, "s.tsv"), {
      name: "FormatError",
      message: /has 9 bytes, expected 10: was it downloaded whole\? \(s\.tsv, line 2\)$/,
    });
  });
});

Deno.test("controls and indexes on a server are opened by their addresses, which no message shows whole", async () => {
  const files = { "/a.bam": fixtureBytes("reads.bam"), "/x/a.bai": fixtureBytes("reads.bam.bai") };
  await using server = startWebServer({ files });
  const { origin } = server;
  const address = `${origin}/a.bam?X-Amz-Signature=secret`;
  await withDirectory(async (directory) => {
    await Deno.writeTextFile(`${directory}/a.bed`, "chr1\t1\t2\n");
    const row = `liver,m,a.bed,,${address},,${origin}/x/a.bai`;
    const [input] = await filesOfSheet(directory, [row], { control: "subtract" });
    strictEqual(input!.control!.name, `${origin}/a.bam`);
    const { track, close } = await input!.control!.open();
    strictEqual(track.format, "bam");
    close();
    const twice = [`liver,m,${address},1`, `liver,m,${origin}/a.bam,2`];
    await rejects(
      filesOfSheet(directory, twice, { replicates: "sum" }),
      (error: Error) => /counted twice/.test(error.message) && !/secret/.test(error.message),
    );
    await rejects(
      filesOfSheet(directory, [`liver,m,${origin}/a.bam,,${address}`], { control: "ratio" }),
      (error: Error) =>
        /not counted as a mark/.test(error.message) && !/secret/.test(error.message),
    );
  });
});
