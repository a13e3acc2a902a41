/** Text in another encoding is refused with its place: a name read wrongly would be another name. */

import { deepStrictEqual, match, rejects, strictEqual } from "node:assert";
import { gzipSync } from "node:zlib";
import { readJson } from "../../src/runs/json.ts";
import { FormatError } from "../../src/errors.ts";
import { readExpressionTable } from "../../src/genome/expression/table.ts";
import { readGenes } from "../../src/genome/genes.ts";
import { readSampleSheet } from "../../src/genome/sample_sheet.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { openNpz } from "../../src/io/npz.ts";
import { readPredictions } from "../../src/io/submission.ts";
import { readDeepchromeCsv } from "../../src/io/deepchrome_csv.ts";
import { readSequences } from "../../src/genome/sequence/sequence_table.ts";
import { fromLetters, toLetters } from "../fuzz/seed.ts";
import { withDirectory } from "../helpers/command.ts";

/** A text with one byte for each letter, as Latin-1 has it, in which `é` is not UTF-8. */
function latin1(text: string): Uint8Array<ArrayBuffer> {
  return fromLetters(text);
}

const GENES = "gene_id\tchrom\ttss\tstrand\nENSG1\t1\t5\t+\nENSG2é\t1\t9\t-\n";
const SHEET = "cell_type\tmark\tpath\nlung\tH3K4me3\ta.bam\nlivér\tH3K4me3\tb.bam\n";
const VALUES = "id,expression\nlung_1,2\nlivér_1,3\n";

const READERS: Record<string, { text: string; read: (bytes: Uint8Array<ArrayBuffer>) => unknown }> =
  {
    "a sample sheet": {
      text: SHEET,
      read: (bytes) => readSampleSheet(bytesSource(bytes, "a.txt")),
    },
    "a table of genes": { text: GENES, read: (bytes) => readGenes(bytesSource(bytes, "a.txt")) },
    "labels": { text: VALUES, read: (bytes) => readPredictions(bytesSource(bytes, "a.txt")) },
    "an expression table": {
      text: "gene_id\tlung\nENSG1\t2\nENSG2é\t3\n",
      read: (bytes) => readExpressionTable(bytesSource(bytes, "a.txt")),
    },
    "a DeepChrome file": {
      text: "geneé,1,0,0,0,0,0,0\ngeneé,2,0,0,0,0,0,0\n",
      read: (bytes) => readDeepchromeCsv(bytesSource(bytes, "a.txt")),
    },
    "sequences": {
      text: "3,ACGT\n4é,ACGT\n",
      read: (bytes) => readSequences(bytesSource(bytes, "a.txt")),
    },
  };

for (const [what, { text, read }] of Object.entries(READERS)) {
  Deno.test(`text that is not UTF-8 is refused with file and line: ${what}`, async () => {
    await rejects(async () => await read(latin1(text)), (error: Error) => {
      strictEqual(error instanceof FormatError, true, `${error.stack}`);
      match(error.message, /has bytes that are not UTF-8.* \(a\.txt, line \d\)$/);
      return true;
    });
  });
}

Deno.test("compressed text is checked too, and UTF-8 of any language is read", async () => {
  const packed = bytesSource(new Uint8Array(gzipSync(latin1(SHEET))), "a.gz");
  await rejects(readSampleSheet(packed), /not UTF-8.*\(a\.gz, line 3\)$/);
  const read = (...names: readonly string[]) => {
    const rows = names.map((name, i) => `${name}\tH3K4me3\t${i}.bam\n`).join("");
    const bytes = new TextEncoder().encode(`cell_type\tmark\tpath\n${rows}`);
    return readSampleSheet(bytesSource(bytes));
  };
  deepStrictEqual((await read("livér", "肝臓")).cellTypes, ["livér", "肝臓"]);
  // A program that could not decode a name left this character, which no data set can be read with.
  await rejects(read("liv\ufffdr"), /could not be decoded.*line 2/);
});

Deno.test("a member of an npz file whose name is not UTF-8 is refused", async () => {
  const file = toLetters(await Deno.readFile("fixtures/train.npz"));
  const [name] = /E\d\d\d(?=\.npy)/.exec(file)!;
  const renamed = latin1(file.replaceAll(name, "E\xe90" + name.at(-1)));
  await rejects(openNpz(bytesSource(renamed, "a.npz")), /its name is not UTF-8.*a\.npz/);
});

Deno.test("JSON that is not UTF-8 is refused with its file", () =>
  withDirectory(async (directory) => {
    const path = `${directory}/a.json`;
    await Deno.writeFile(path, latin1('{"name": "livér"}'));
    await rejects(readJson(path, "read"), /not UTF-8.*a\.json\)$/);
  }));
