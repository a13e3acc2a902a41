import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import fc from "fast-check";
import { readBedWindows, type ReadBedWindowsOptions } from "../../src/genome/bed_windows.ts";
import type { Gene } from "../../src/genome/gene.ts";
import { geneWindows } from "../../src/genome/windows.ts";
import { textSource } from "../helpers/text_source.ts";

async function read(text: string, options: ReadBedWindowsOptions = {}) {
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  const found = await readBedWindows(textSource(text, "w.bed"), { ...options, onWarning });
  return { ...found, warnings };
}

function show(windows: readonly Gene[]): string[] {
  return windows.map(({ id, gene, chromosome, tss, strand = "." }) =>
    `${id}${gene === undefined ? "" : ` of ${gene}`} ${chromosome}:${tss}${strand}`
  );
}

Deno.test("windows of 3, 4, 6 and 12 columns are read, with deepTools' header and lines for browsers", async () => {
  const text = "track name=x db=mm10\n#chrom\tstart\tend\tname\tscore\tstrand\n" +
    "chr1\t100\t200\n" +
    "chr1\t100\t201\tG1\n" +
    "chr1\t300\t400\tG2\t0\t+\n" +
    "chr2\t300\t400\tG3\t0\t-\t300\t400\t0\t2\t10,20,\t0,80,\tgroup_1\n" +
    "chr2\t500\t600\t.\t0\t.\n";
  const { windows, lengthsBp, assembly, warnings } = await read(text);
  deepStrictEqual(show(windows), [
    "chr1:100-200 chr1:150.",
    "G1 chr1:150.",
    "G2 chr1:350+",
    "G3 chr2:350-",
    "chr2:500-600 chr2:550.",
  ]);
  deepStrictEqual([lengthsBp, assembly, warnings], [[100, 101], "mm10", []]);
});

Deno.test("intervals of twice the half-width are taken base for base, on both strands in both orientations", () => {
  const interval = fc.record({
    start: fc.nat(1_000_000),
    half: fc.integer({ min: 1, max: 500 }),
    strand: fc.constantFrom("+", "-"),
  });
  return fc.assert(fc.asyncProperty(interval, async ({ start, half, strand }) => {
    const { windows } = await read(`chr1\t${start}\t${start + 2 * half}\tx\t0\t${strand}\n`);
    for (const orientation of ["genomic", "transcript"] as const) {
      const options = { binSizeBp: 2, halfWidthBp: half, orientation, tss: "bed" } as const;
      strictEqual(geneWindows(windows, options).chromosomes[0]!.starts[0], start);
    }
  }));
});

Deno.test("windows of one name are told apart by their places and belong to one gene", async () => {
  const text = "chr1\t100\t200\tENSG00000000003.1\nchr1\t300\t400\tENSG00000000003.2\n" +
    "chr1\t300\t400\tENSG00000000005\t0\t+\nchr1\t300\t400\tENSG00000000005\t0\t-\n" +
    "chr1\t300\t400\tENSG00000000005\t0\t-\n";
  const { windows, warnings } = await read(text);
  deepStrictEqual(show(windows), [
    "ENSG00000000003.1@chr1:100-200 of ENSG00000000003.1 chr1:150.",
    "ENSG00000000003.2@chr1:300-400 of ENSG00000000003.2 chr1:350.",
    "ENSG00000000005@chr1:300-400(+) of ENSG00000000005 chr1:350+",
    "ENSG00000000005@chr1:300-400(-) of ENSG00000000005 chr1:350-",
  ]);
  strictEqual(new Set(windows.map(({ id }) => id)).size, 4);
  match(warnings.join(), /took once 1 window on several lines, such as chr1:300-400 \(line 5\)/);
  match(warnings.join(), /told apart by their places 4 windows of one name/);
});

Deno.test("ids of windows are distinct, whatever the file", () => {
  const row = fc.tuple(
    fc.constantFrom("chr1", "2"),
    fc.nat(3),
    fc.integer({ min: 1, max: 3 }),
    fc.constantFrom(".", "A", "B", "ENST00000000001.1", "ENST00000000001.2"),
    fc.constantFrom("+", "-", "."),
  );
  return fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
      const text = rows.map(([chromosome, start, length, name, strand]) =>
        `${chromosome}\t${start}\t${start + length}\t${name}\t0\t${strand}\n`
      ).join("");
      const { windows } = await read(text);
      const distinct = new Set(rows.map(String)).size;
      deepStrictEqual([new Set(windows.map(({ id }) => id)).size, windows.length], [
        distinct,
        distinct,
      ]);
    }),
  );
});

Deno.test("windows named after transcripts know their genes", async () => {
  const transcriptGenes = new Map([["ENST00000000001", "ENSG1"], ["ENST00000000002", "ENSG1"]]);
  const text =
    "chr1\t100\t200\tENST00000000001.3\nchr1\t300\t400\tENST00000000002.1\nchr1\t1\t9\tX\n";
  deepStrictEqual(show((await read(text, { transcriptGenes })).windows), [
    "ENST00000000001.3 of ENSG1 chr1:150.",
    "ENST00000000002.1 of ENSG1 chr1:350.",
    "X chr1:5.",
  ]);
});

Deno.test("an annotation chooses windows by their genes, and tells symbols and missing strands", async () => {
  const genes: Gene[] = [
    { id: "ENSG00000000003.9", symbol: "A", chromosome: "1", tss: 7, strand: "-", line: 1 },
    { id: "ENSG00000000005.9", symbol: "B", chromosome: "1", tss: 7, strand: "-", line: 2 },
  ];
  const text = "chr1\t100\t200\tENSG00000000003.1\nchr1\t300\t400\tENSG00000000005.2\t0\t+\n" +
    "chr1\t500\t600\tENSG00000000419\nchr1\t700\t800\n";
  const { windows, warnings } = await read(text, { genes });
  deepStrictEqual(show(windows), ["ENSG00000000003.1 chr1:150-", "ENSG00000000005.2 chr1:350+"]);
  deepStrictEqual(windows.map(({ symbol }) => symbol), ["A", "B"]);
  deepStrictEqual(warnings, [
    'w.bed: left out 2 windows whose names are not ids of the chosen genes, such as "ENSG00000000419" (line 3)',
    'w.bed: took with their own strand 1 window on the other strand than their gene, such as "ENSG00000000005.2" (line 2)',
  ]);
  await rejects(read("chr1\t1\t9\tTP53\n", { genes }), {
    name: "ContractError",
    message: /none of the 1 window has the id of one of the 2 genes, such as "TP53" \(line 1\)/,
  });
});

Deno.test("damaged intervals are refused with their line", async () => {
  for (
    const [row, message] of [
      ["chr1\t5", /found "chr1\t5", expected BED: chromosome, start and end/],
      ["chrom\tstart\tend", /a line of column names, expected rows/],
      ["chrI\tstart\tV", /a line of column names/],
      ["chr\tstart\tend\tlength\tabs_summit", /MACS2's _peaks\.xls.* Take 1 from each start/],
      ["585\tchr1\t0\t10000\tgap", /UCSC, whose first column is the number of a bin.*cut -f 2-/],
      ["p1\tchr1\t101\t300\t+", /HOMER's peaks and SAF/],
      ["chr1\tx\t9", /found start "x" and end "9", expected integers/],
      ["chr1\t5\t9\tE1\tE2\tpELS", /found "pELS" in the sixth column.*cut -f 1-4/],
      ["chr1\t5\t5", /found start "5" and end "5", .* the end after the start/],
      ["chr1\t-5\t5", /found start "-5"/],
      ["chr1\t1e3\t5000", /found start "1e3"/],
      ["chr1\t5\t99999999999", /found start/],
      ["chr1\t5\t9\tx\t0\tforward", /found "forward" in the sixth column, expected a strand/],
      [`chr1\t5\t9\t${"x".repeat(1001)}`, /name that is empty, too long/],
      ["chr1\t11\t20\t10\t*", /found a data frame of GRanges, whose starts count from 1/],
      ["chr1\t11\t20\t10\t-\tTP53", /found a data frame of GRanges/],
      ["\t5\t9", /name that is empty/],
    ] as const
  ) {
    await rejects(read(`chr1\t1\t2\n${row}\n`), (error) => {
      ok(error instanceof Error && error.name === "FormatError", String(error));
      match(error.message, message);
      match(error.message, /\(w\.bed, line 2\)$/);
      return true;
    });
  }
  await rejects(read("# nothing\n"), /the file has no intervals, expected BED/);
});

Deno.test("windows without a strand have no upstream, so that transcript orientation refuses them", async () => {
  const { windows } = await read("chr1\t100\t200\tA\t0\t+\nchr1\t100\t200\tB\n");
  const options = { halfWidthBp: 50, tss: "bed", orientation: "transcript" } as const;
  const lay = () => geneWindows(windows, options);
  deepStrictEqual(geneWindows(windows, { ...options, orientation: "genomic" }).genes, 2);
  await rejects(async () => await lay(), {
    name: "ContractError",
    message: /1 of 2 have no strand, such as "B" \(line 2\), expected \+ or -/,
  });
});
