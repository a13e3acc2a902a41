import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { gzipSync } from "node:zlib";
import { countSequences, sequenceLetters } from "../../../src/base/sequences.ts";
import { bytesSource } from "../../../src/files/byte_source.ts";
import {
  readSequences,
  type ReadSequencesOptions,
  type SequenceTable,
} from "../../../src/genome/sequence/sequence_table.ts";
import { textSource } from "../../helpers/text_source.ts";

const read = (text: string, options?: ReadSequencesOptions) =>
  readSequences(textSource(text), options);

function lettersOf({ genes, sequences }: SequenceTable): Record<string, string> {
  return Object.fromEntries(genes.map((id, entry) => [id, sequenceLetters(sequences, entry)]));
}

const WANTED = { ENSG00000000003: "ACGTN", ENSG00000000005: "nacgt" };

const SPELLINGS: Readonly<Record<string, string>> = {
  "plain lines": "000003,ACGTN\n5,nacgt\n",
  "no last line end": "000003,ACGTN\n5,nacgt",
  "line ends of Windows": "000003,ACGTN\r\n5,nacgt\r\n",
  "a header": "gene_id,sequence\n000003,ACGTN\n5,nacgt\n",
  "a header whose second name could be letters": "gene_id,dna\n000003,ACGTN\n5,nacgt\n",
  "a header of which only the second name is usual": "locus,Sequence\n000003,ACGTN\n5,nacgt\n",
  "quotes": '"gene","seq"\n"000003","ACGTN"\n"5","nacgt"\n',
  "a byte order mark": "\ufeff000003,ACGTN\n5,nacgt\n",
  "tabs": "000003\tACGTN\n5\tnacgt\n",
  "blank lines": "\n000003,ACGTN\n\n5,nacgt\n\n",
  "spaces at the ends of lines": "000003,ACGTN \n5,nacgt\t\n",
};

for (const [what, text] of Object.entries(SPELLINGS)) {
  Deno.test(`sequences are read from a file with ${what}`, async () => {
    deepStrictEqual(lettersOf(await read(text)), WANTED);
    const zipped = bytesSource(new Uint8Array(gzipSync(text)), "seq_data.csv.gz");
    deepStrictEqual(lettersOf(await readSequences(zipped)), WANTED);
  });
}

Deno.test("identifiers are kept whole", async () => {
  const ids = ["ENSG00000182378.15", "ENSG00000182378.15_PAR_Y", "ENSMUSG00000000001.4", "b-x"];
  const { genes, names } = await read(ids.map((id) => `${id},ACGT\n`).join(""));
  deepStrictEqual(genes, ids);
  deepStrictEqual(names, ids);
  deepStrictEqual((await read("000003,ACGT\n")).names, ["000003"]);
});

Deno.test("letters of IUPAC are not known, or A as the authors have them", async () => {
  const text = "1,ARYK\n2,uTNn\n";
  deepStrictEqual(Object.values(lettersOf(await read(text))), ["ANNN", "tTNn"]);
  const asA = await read(text, { unknownAs: "A" });
  deepStrictEqual(Object.values(lettersOf(asA)), ["AAAA", "tTAa"]);
});

Deno.test("many long sequences are all kept, plain or gzip", async () => {
  const rows = Array.from({ length: 300 }, (_, gene) => "ACGTN"[gene % 5]!.repeat(10_000));
  const text = rows.map((row, gene) => `${gene},${row}\n`).join("");
  const zipped = bytesSource(new Uint8Array(gzipSync(text)), "seq_data.csv.gz");
  for (const source of [textSource(text), zipped]) {
    let last: readonly number[] = [];
    const table = await readSequences(source, {
      onProgress: ({ done, total }) => last = [done, total],
    });
    strictEqual(countSequences(table.sequences), 300);
    ok(rows.every((row, gene) => sequenceLetters(table.sequences, gene) === row));
    deepStrictEqual(last, [source.size, source.size]);
  }
});

Deno.test("a file of two systems is read with a warning", async () => {
  const warnings: string[] = [];
  const table = await read("3,ACGTN\r\n5,nacgt\n", { onWarning: (text) => warnings.push(text) });
  deepStrictEqual(lettersOf(table), WANTED);
  match(warnings.join(), /mixed line ends/);
});

const BAD: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
  "no rows": ["", /the file is empty/],
  "a header alone": ["gene_id,sequence\n", /the file is empty/],
  "FASTA": [">1\nACGT\n", /it is FASTA, expected a gene and its sequence in one line.*line 1\)$/],
  "one column": ["1,ACGT\nACGT", /1 column, expected 2 \(.*, line 2\)$/],
  "a third column": ["1,ACGT,1", /3 or more columns, expected 2.*line 1\)$/],
  "a column of row numbers, as pandas writes it": [
    "0,ENSG00000000003,ACGT\n",
    /3 or more columns, expected 2/,
  ],
  "another letter": [
    "1,ACGT\n2,ACXT",
    /sequence of "2": letter 3 is "X", expected A, C, G, T or a letter of IUPAC.*line 2\)$/,
  ],
  "another letter in the first line": ["1,ACXT\n2,ACGT", /letter 3 is "X".*line 1\)$/],
  "a gap": ["1,AC-T", /letter 3 is "-"/],
  "a space within": ["1,AC T", /letter 3 is " "/],
  "a letter beyond ASCII": ["1,ACÄT", /letter 3 is "Ã"|5 letters/],
  "another length": ["1,ACGT\n2,ACG", /sequence of "2": 3 letters, expected 4 .*line 2\)$/],
  "an empty sequence": ["1,\n2,A", /sequence of "1": 0 letters, expected 1 to 65536/],
  "too long a sequence": [`1,${"A".repeat(65_537)}`, /65537 letters, expected 1 to 65536/],
  "an empty gene id": [",ACGT", /gene id is empty \(.*, line 1\)$/],
  "a gene id that a terminal obeys": ["a\u001b[2J,ACGT", /cannot be a gene id/],
  "a gene twice": ["1,ACGT\n2,ACGT\n1,ACGT", /gene "1" appears twice.*line 1 has it.*line 3\)$/],
  "a gene twice in two versions": [
    "ENSG00000000003.1,ACGT\nENSG00000000003.2,ACGT",
    /gene "ENSG00000000003.2" appears twice/,
  ],
  "a carriage return within": ["1,AC\rGT\n", /carriage return/],
  "an open quote": ['1,"ACGT\n', /letter 1 is "\\""/],
};

for (const [what, [text, message]] of Object.entries(BAD)) {
  Deno.test(`a file of sequences with ${what} is refused`, async () => {
    await rejects(readSequences(textSource(text)), { name: "FormatError", message });
  });
}

Deno.test("a damaged gzip file is refused", async () => {
  const whole = new Uint8Array(gzipSync("1,ACGT\n".repeat(1)));
  await rejects(readSequences(bytesSource(whole.slice(0, -9), "cut.csv.gz")), {
    name: "FormatError",
    message: /cut\.csv\.gz/,
  });
});
