import { deepStrictEqual, ok, rejects, strictEqual, throws } from "node:assert";
import { FormatError } from "../../src/errors.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { formatMeme, parseMeme, readMeme } from "../../src/motifs/meme.ts";

const TWO = `MEME version 4

ALPHABET= ACGT

strands: + -

Background letter frequencies
A 0.3 C 0.2 G 0.2 T 0.3

MOTIF MA0001.1 first
log-odds matrix: alength= 4 w= 1 E= 0
 -100 1 2 3
letter-probability matrix: alength= 4 w= 2 nsites= 97 E= 1e-3
  0.1  0.2  0.3  0.4
  1.000000 0 0 0
URL http://example.org

MOTIF second
letter-probability matrix:
0.25 0.25 0.25 0.25
`;

Deno.test("motifs are read with their names, sites and probabilities", () => {
  deepStrictEqual(parseMeme(TWO), [
    { name: "MA0001.1", matrix: [[0.1, 0.2, 0.3, 0.4], [1, 0, 0, 0]], sites: 97 },
    { name: "second", matrix: [[0.25, 0.25, 0.25, 0.25]] },
  ]);
  deepStrictEqual(parseMeme(`\uFEFF# comment\n${TWO.replaceAll("\n", "\r\n")}`), parseMeme(TWO));
});

Deno.test("what is written is read again, to six decimals", () => {
  const motifs = [
    { name: "one motif", matrix: [[1 / 3, 1 / 3, 1 / 3, 0], [0, 0, 0, 1]], sites: 3 },
    { name: "other", matrix: [[0.7, 0.1, 0.1, 0.1]] },
  ];
  const read = parseMeme(formatMeme(motifs, { background: [0.3, 0.2, 0.2, 0.3] }));
  deepStrictEqual(read.map(({ name, sites }) => [name, sites]), [
    ["one_motif", 3],
    ["other", undefined],
  ]);
  for (const [i, { matrix }] of motifs.entries()) {
    for (const [j, column] of matrix.entries()) {
      column.forEach((share, k) => ok(Math.abs(share - read[i]!.matrix[j]![k]!) < 2e-6));
    }
  }
  throws(() => formatMeme([{ name: "empty", matrix: [] }]), /has 0 positions/);
});

/** Edits of a sound file, and what is said of each. */
const DAMAGED: readonly (readonly [edit: (text: string) => string, message: RegExp])[] = [
  [() => "", /begins with "", expected "MEME version 4"/],
  [(text) => text.replace("version 4", "version 3"), /begins with "MEME version 3"/],
  [
    (text) => text.replace("ACGT", "ACDEFGHIKLMNPQRSTVWY"),
    /alphabet is "ACDEF.*expected ACGT.*line 3/,
  ],
  [(text) => text.replace("0.1  0.2", "0.2  0.2"), /row of "MA0001.1" is "0.2 {2}0.2.*line 14/],
  [(text) => text.replace("0.1  0.2", "-0.1  0.4"), /four probabilities/],
  [(text) => text.replace("0.1  0.2", "NaN  0.2"), /four probabilities/],
  [(text) => text.replace("0.1  0.2", "0.2"), /four probabilities/],
  [(text) => text.replace("w= 2", "w= 3"), /row of "MA0001.1" is "URL/],
  [(text) => text.replace("w= 2", "w= 1e9"), /w is 1000000000, expected/],
  [(text) => text.replace("w= 2", "w= -1"), /w is -1, expected/],
  [(text) => text.replace("alength= 4 w= 2", "alength= 20 w= 2"), /alength is 20/],
  [(text) => text.replace("MOTIF second", "MOTIF"), /has no name/],
  [(text) => text.replace("MOTIF MA0001.1 first", ""), /follows no motif/],
  [(text) => text.slice(0, text.indexOf("0.25 0.25")), /matrix of "second" has no rows/],
  [(text) => text.slice(0, text.lastIndexOf("letter-")), /"second" has no letter-probability/],
  [(text) => text.slice(0, text.indexOf("MOTIF")), /it has no motif/],
];

Deno.test("damaged files are refused by file and line", () => {
  for (const [edit, message] of DAMAGED) {
    throws(() => parseMeme(edit(TWO), { file: "a.meme" }), (error: unknown) => {
      ok(error instanceof FormatError);
      ok(message.test(error.message), `${error.message} ${message}`);
      ok(error.message.includes("a.meme"), error.message);
      return true;
    });
  }
});

Deno.test("a file of any bytes is read or refused", async () => {
  const source = bytesSource(Uint8Array.from({ length: 500 }, (_, i) => i * 37 % 256), "noise");
  await rejects(readMeme(source), FormatError);
  strictEqual((await readMeme(bytesSource(new TextEncoder().encode(TWO)))).length, 2);
});
