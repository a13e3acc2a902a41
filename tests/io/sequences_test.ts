import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { readSequences } from "../../src/io/sequences.ts";
import { textSource } from "../helpers/text_source.ts";

Deno.test("sequences become codes, in either case and with any line ends", async () => {
  for (const text of ["000003,ACGTN\n5,nacgt", "000003,ACGTN\r\n5,nacgt\r\n"]) {
    deepStrictEqual(await readSequences(textSource(text)), {
      genes: ["ENSG00000000003", "ENSG00000000005"],
      sequences: Uint8Array.of(0, 1, 2, 3, 4, 4, 0, 1, 2, 3),
      length: 5,
    });
  }
});

Deno.test("many long sequences are all kept", async () => {
  const rows = Array.from({ length: 300 }, (_, gene) => "ACGTN"[gene % 5]!.repeat(10_000));
  const text = rows.map((row, gene) => `${gene},${row}\n`).join("");
  const { genes, sequences, length } = await readSequences(textSource(text));
  strictEqual(genes.length, 300);
  strictEqual(length, 10_000);
  for (let gene = 0; gene < 300; gene++) {
    const row = sequences.subarray(gene * length, (gene + 1) * length);
    strictEqual(row.every((code) => code === gene % 5), true, `gene ${gene}`);
  }
});

const BAD: Readonly<Record<string, readonly [text: string, message: RegExp]>> = {
  "no rows": ["", /the file is empty/],
  "one column": ["1,ACGT\nACGT", /1 column, expected 2 \(.*, line 2\)$/],
  "a third column": ["1,ACGT,1", /letter 5 is ",", expected A, C, G, T or N \(.*, line 1\)$/],
  "another letter": ["1,ACGT\n2,ACRT", /sequence of "2": letter 3 is "R".*line 2\)$/],
  "another length": ["1,ACGT\n2,ACG", /sequence of "2": 3 letters, expected 4 \(.*, line 2\)$/],
  "an empty sequence": ["1,\n2,A", /sequence of "1": 0 letters, expected at least 1 /],
  "an empty gene id": [",ACGT", /gene id is empty \(.*, line 1\)$/],
  "a gene twice": ["1,ACGT\n2,ACGT\n1,ACGT", /gene "1" appears twice.*line 3\)$/],
};

for (const [what, [text, message]] of Object.entries(BAD)) {
  Deno.test(`a file of sequences with ${what} is refused`, async () => {
    await rejects(readSequences(textSource(text)), { name: "FormatError", message });
  });
}
