import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { type ByteSource, bytesSource } from "../../src/files/byte_source.ts";
import { openFile } from "../../src/files/file.ts";
import { readInflated } from "../../src/genome/gunzip.ts";
import { visitTextLines } from "../../src/genome/text_lines.ts";
import { textSource } from "../helpers/text_source.ts";
import { lineText } from "../../src/text/lines.ts";

const gzip = (text: string) => Uint8Array.from(gzipSync(text));

/** The empty block at the end of a file from bgzip. */
const BGZIP_END = "1f8b08040000000000ff0600424302001b0003000000000000000000";

/** A gzip file with bgzip's extra field. Its block size does not matter to the reader that is tested here. */
function bgzip(text: string): Uint8Array<ArrayBuffer> {
  const plain = gzip(text);
  const head = Uint8Array.of(...plain.subarray(0, 10), 6, 0, 0x42, 0x43, 2, 0, 0, 0);
  head[3] = 4;
  return Uint8Array.of(...head, ...plain.subarray(10), ...Uint8Array.fromHex(BGZIP_END));
}

async function linesOf(source: ByteSource): Promise<[text: string, line: number][]> {
  const lines: [string, number][] = [];
  await visitTextLines(source, (line) => lines.push([lineText(line), line.number]));
  return lines;
}

Deno.test("lines keep their numbers whatever the line ends, with blank lines between them", async () => {
  const text = "\uFEFFfirst\r\nsecond\n\n\r\nfifth";
  const wanted = [["first", 1], ["second", 2], ["fifth", 5]];
  deepStrictEqual(await linesOf(textSource(text)), wanted);
  deepStrictEqual(await linesOf(bytesSource(gzip(text))), wanted);
  deepStrictEqual(await linesOf(textSource("")), []);
  deepStrictEqual(await linesOf(bytesSource(gzip(""))), []);
});

Deno.test("lines of any length and line end are read back", async () => {
  const line = fc.record({
    text: fc.string({ maxLength: 20 }).filter((text) => !/[\r\n\uFEFF]/.test(text)),
    end: fc.constantFrom("\n", "\r\n"),
  });
  await fc.assert(fc.asyncProperty(fc.array(line), fc.boolean(), async (lines, compressed) => {
    const text = lines.map(({ text, end }) => text + end).join("");
    const source = compressed ? bytesSource(gzip(text)) : textSource(text);
    const wanted = lines.map(({ text }, i) => [text, i + 1]).filter(([text]) => text !== "");
    deepStrictEqual(await linesOf(source), wanted);
  }));
});

Deno.test("lines across the pieces of a file are complete", async () => {
  const rows = Array.from({ length: 40_000 }, (_, i) => `${i} ${"x".repeat(i % 97)}`);
  const text = rows.join("\r\n");
  ok(text.length > 2 ** 21);
  for (const source of [textSource(text), bytesSource(gzip(text))]) {
    deepStrictEqual((await linesOf(source)).map(([row]) => row), rows);
  }
});

Deno.test("several gzip files joined into one, as bgzip also makes them, are read to the end", async () => {
  const joined = Uint8Array.of(...gzip("a\nb"), ...gzip("c\n"));
  deepStrictEqual(await linesOf(bytesSource(joined)), [["a", 1], ["bc", 2]]);
  deepStrictEqual(await linesOf(bytesSource(bgzip("a\nb\n"))), [["a", 1], ["b", 2]]);
});

Deno.test("damaged and shortened gzip files are refused by name", async () => {
  const whole = gzip("chr1\t1\t2\n".repeat(1000));
  const damaged = whole.slice();
  damaged[damaged.length - 6]! ^= 1;
  for (const bytes of [whole.slice(0, -20), whole.slice(0, 5), damaged]) {
    const message = /gzip data are damaged or cut short: .* \(genes\.gtf\.gz\)$/;
    await rejects(linesOf(bytesSource(bytes, "genes.gtf.gz")), { name: "FormatError", message });
  }
  const cut = bgzip("a\n").slice(0, -28);
  await rejects(linesOf(bytesSource(cut, "a.gz")), {
    name: "FormatError",
    message: /cut short: it lacks the empty block that bgzip .* \(a\.gz\)$/,
  });
});

Deno.test("a file that is not UTF-8 text is refused, and its kind is named", async () => {
  const utf16 = (text: string) =>
    Uint8Array.from(new Uint8Array(Uint16Array.from(text, (c) => c.charCodeAt(0)).buffer));
  const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const refused: readonly (readonly [Uint8Array<ArrayBuffer>, RegExp])[] = [
    [
      utf16("\uFEFFcell_type\n"),
      /it is UTF-16, expected UTF-8 text: in Excel, save it as .* \(x\)$/,
    ],
    [latin1("PK\x03\x04\x14\0\n"), /it is a zip file, as \.xlsx are, .*Tab delimited/],
    [gzip("BAM\x01\n"), /it is a BAM file, expected UTF-8 text \(x\)$/],
    [latin1("chr1\t1\0\n"), /it is a binary file/],
  ];
  for (const [bytes, message] of refused) {
    await rejects(linesOf(bytesSource(bytes, "x")), { name: "FormatError", message });
  }
});

Deno.test("an error of the source or of the visitor passes through unchanged", async () => {
  const bytes = gzip("a\n".repeat(10));
  const read = (offset: number, length: number) =>
    length > 16 ? Promise.reject(new Error("disk")) : bytesSource(bytes).read(offset, length);
  await rejects(linesOf({ ...bytesSource(bytes), read }), { message: "disk" });
  await rejects(
    visitTextLines(bytesSource(bytes), () => {
      throw new Error("visitor");
    }),
    { message: "visitor" },
  );
});

Deno.test("a carriage return within a line is refused", async () => {
  await rejects(linesOf(textSource("a\nb\rc\n", "x.tsv")), {
    name: "FormatError",
    message: /carriage return, expected line ends .* \(x\.tsv, line 2\)$/,
  });
  await rejects(linesOf(textSource("a\rb\rc", "x.tsv")), { message: /\(x\.tsv, line 1\)$/ });
});

Deno.test("a reader that stops early leaves a file that can be closed", async () => {
  const path = await Deno.makeTempFile();
  try {
    // Hard to compress, so that much of the file is unread when the reader stops.
    const noise = Uint8Array.from(
      { length: 2 ** 21 },
      (_, i) => Math.imul(i ^ i >>> 7, 0x9e3779b1) >>> 19,
    );
    await Deno.writeFile(path, gzipSync(noise));
    const source = await openFile(path);
    for await (const piece of readInflated(source)) {
      ok(piece.length > 0 && piece.length < noise.length);
      break;
    }
    source.close();
  } finally {
    await Deno.remove(path);
  }
});

/** A gzip file of zeros: blocks that each inflate to 32 MiB. */
function bomb(times: number): ByteSource {
  const block = Uint8Array.from(gzipSync(new Uint8Array(2 ** 25).fill(0x23)));
  const bytes = new Uint8Array(times * block.length);
  for (let i = 0; i < times; i++) bytes.set(block, i * block.length);
  return bytesSource(bytes, "genes.gtf.gz");
}

Deno.test("a file that inflates to a thousand times its size is refused once it is large", async () => {
  const read = async (source: ByteSource) => {
    let bytes = 0;
    for await (const piece of readInflated(source)) bytes += piece.length;
    return bytes;
  };
  strictEqual(await read(bomb(4)), 2 ** 27);
  await rejects(read(bomb(12)), {
    name: "FormatError",
    message:
      /^Cannot inflate file: its first \d+ bytes inflate to more than 256 times .*\(genes\.gtf\.gz\)$/,
  });
});

Deno.test("a line across many pieces is complete, and one that never ends is refused", async () => {
  const long = "x".repeat(5_000_000);
  deepStrictEqual(await linesOf(textSource(`a\n${long}\r\nb\n${long}`)), [
    ["a", 1],
    [long, 2],
    ["b", 3],
    [long, 4],
  ]);
  const endless = bytesSource(new Uint8Array(2 ** 26 + 2 ** 21).fill(0x78), "a.tsv");
  await rejects(linesOf(endless), /Cannot read line: it is longer than 64 MiB \(a\.tsv, line 1\)/);
});

Deno.test("a file cut within double quotes gives a warning, one that only lacks its last line end does not", async () => {
  const warningsOf = async (text: string) => {
    const warnings: string[] = [];
    await visitTextLines(textSource(text), () => {}, (message) => warnings.push(message));
    return warnings;
  };
  const line = 'chr1\tx\tgene\t1\t9\t.\t+\t.\tgene_id "A";';
  deepStrictEqual(await warningsOf(`${line}\n${line}`), []);
  deepStrictEqual(await warningsOf(`${line}\n${line.slice(0, -2)}\n`), []);
  const [warning] = await warningsOf(`${line}\n${line.slice(0, -2)}`);
  match(
    warning!,
    /may be cut short: its last line has no line end, and ends within double quotes$/,
  );
});
