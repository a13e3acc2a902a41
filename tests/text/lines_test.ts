import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert";
import fc from "fast-check";
import { type ByteSource, bytesSource } from "../../src/files/byte_source.ts";
import {
  byteOrderMarkLength,
  failLine,
  firstLine,
  lineText,
  visitFullLines,
  visitLines,
  withSource,
} from "../../src/text/lines.ts";
import { textSource } from "../helpers/text_source.ts";

/** The lines of a file, as `number: text`. */
async function linesOf(source: ByteSource): Promise<string[]> {
  const lines: string[] = [];
  await visitLines(source, (line) => lines.push(`${line.number}: ${lineText(line)}`));
  return lines;
}

Deno.test("lines have their numbers, whatever the line ends, without a byte order mark", async () => {
  const wanted = ["1: a", "2: bé c", "3: d"];
  for (const text of ["a\nbé c\nd\n", "a\r\nbé c\r\nd", "\ufeffa\nbé c\r\nd\n\n\r\n"]) {
    deepStrictEqual(await linesOf(textSource(text)), wanted, JSON.stringify(text));
  }
  deepStrictEqual(await linesOf(textSource("")), []);
});

Deno.test("a blank line between others is refused with its number", async () => {
  await rejects(linesOf(textSource("a\n\nb\n", "a.csv")), {
    name: "FormatError",
    message: "Cannot read line: it is blank, expected blank lines at the end only (a.csv, line 2)",
  });
});

Deno.test("lines that straddle the pieces of a file are whole, with progress", async () => {
  const lines = Array.from({ length: 40_000 }, (_, i) => `${i}`.padStart(i % 97, "x"));
  const done: number[] = [];
  const found: string[] = [];
  const source = textSource(lines.map((line) => `${line}\n`).join(""));
  await visitLines(source, (line) => found.push(lineText(line)), (progress) => {
    done.push(progress.done);
  });
  strictEqual(found.join(), lines.join());
  deepStrictEqual(done, [2 ** 20, source.size]);
});

Deno.test("a line that does not end is refused before it fills the memory", async () => {
  const endless: ByteSource = {
    name: "endless",
    size: 2 ** 40,
    read: (_, length) => Promise.resolve(new Uint8Array(length).fill(0x41)),
    close: () => {},
  };
  await rejects(linesOf(endless), /longer than 64 MiB, expected a text file \(endless, line 1\)$/);
});

Deno.test("full lines are visited piece by piece, and counted from one piece to the next", () => {
  const text = fc.stringMatching(/^[ab\r\n]{0,60}$/);
  fc.assert(fc.property(text, fc.nat(60), (text, cut) => {
    const found: string[] = [];
    const line = firstLine(new TextEncoder().encode(text.slice(0, cut)));
    const visit = () => found.push(`${line.number}: ${lineText(line)}`);
    const rest = line.bytes.slice(visitFullLines(line, visit));
    line.bytes = new Uint8Array([...rest, ...new TextEncoder().encode(text.slice(cut))]);
    const end = visitFullLines(line, visit);
    const wanted = text.split("\n").slice(0, -1);
    deepStrictEqual(found, wanted.map((one, i) => `${i + 1}: ${one.replace(/\r$/, "")}`));
    strictEqual(line.bytes.length - end, text.length - text.lastIndexOf("\n") - 1);
  }));
});

Deno.test("a bad line is reported with its file and number", () => {
  const line = firstLine(new Uint8Array());
  line.number = 7;
  throws(() => failLine("a.bed", line, "Cannot read line: it is odd"), {
    name: "FormatError",
    message: "Cannot read line: it is odd (a.bed, line 7)",
  });
});

Deno.test("a byte order mark is recognised by all of its bytes", () => {
  strictEqual(byteOrderMarkLength(Uint8Array.of(0xef, 0xbb, 0xbf, 1)), 3);
  strictEqual(byteOrderMarkLength(Uint8Array.of(0xef, 0xbb)), 0);
  strictEqual(byteOrderMarkLength(new Uint8Array()), 0);
});

Deno.test("a given source stays open", async () => {
  let closed = false;
  const source = { ...bytesSource(new Uint8Array(3)), close: () => void (closed = true) };
  strictEqual(await withSource(source, ({ size }) => Promise.resolve(size)), 3);
  strictEqual(closed, false);
});

Deno.test("a file that is not text is refused by what it is, before its first line is decoded", async () => {
  const source = bytesSource(Uint8Array.of(0x1f, 0x8b, 8, 0, 0xff, 10), "labels.csv.gz");
  await rejects(visitLines(source, () => {}), /it is compressed by gzip.*\(labels\.csv\.gz\)/);
});
