/** Says what a binary file of reads or signal really is, if its first bytes show that it is something else. */

import type { Bytes } from "../../base/bytes.ts";
import type { ByteSource } from "../../files/byte_source.ts";
import { FormatError } from "../../errors.ts";
import { describeBytes } from "../../text/check_text.ts";
import { isBgzip, isGzip } from "../gunzip.ts";
import { isText, type SignalFormat } from "./track.ts";

const LOOKED_AT_BYTES = 64;

/** Starts of binary files as Latin-1, and what they are; the format is that of files which are counted. */
const BINARY: readonly (readonly [start: string, what: string, format?: SignalFormat])[] = [
  ["CRAM\x02", "a CRAM file: name it .cram", "cram"],
  ["CRAM\x03", "a CRAM file: name it .cram", "cram"],
  ["\x26\xfc\x8f\x88", "a bigWig file: name it .bw", "bigwig"],
  ["\x88\x8f\xfc\x26", "a bigWig file: name it .bw", "bigwig"],
  ["\xeb\xf2\x89\x87", "a bigBed file, which is not counted"],
  ["\x87\x89\xf2\xeb", "a bigBed file, which is not counted"],
  ["BAM\x01", "a BAM file without its compression: run samtools view -b"],
];

/** Starts of texts, which readers of text recognise by themselves. */
const TEXT: readonly (readonly [start: RegExp, what: string])[] = [
  [
    /^@(?:HD|SQ|RG|PG|CO)\t/,
    "SAM text, expected BAM or CRAM: run samtools sort, and samtools index",
  ],
  [/^\s*<(?:!doctype|html|\?xml)/i, "a web page: was its download refused?"],
  [/^\s*\{\s*"/, "JSON: was its download refused?"],
];

/**
 * Replaces the error of a reader that found another magic number by one that says what the file is.
 *
 * @returns The same error if the first bytes show nothing, or the file is of the format.
 */
export async function explainFailure(
  error: unknown,
  source: ByteSource,
  format: SignalFormat,
): Promise<unknown> {
  if (!(error instanceof FormatError) || error.file !== source.name) return error;
  const head = await source.read(0, Math.min(source.size, LOOKED_AT_BYTES));
  const text = String.fromCharCode(...head);
  const found = BINARY.find(([start]) => text.startsWith(start));
  if (found?.[2] === format) return error;
  const what = found?.[1] ?? (isText(format) ? undefined : describeOther(head, { text, format }));
  if (what === undefined) return error;
  return new FormatError(`Cannot count file: it is ${what}`, { file: source.name, cause: error });
}

/** What any other file is. Readers of BAM and CRAM say themselves what is wrong with gzip. */
function describeOther(
  head: Bytes,
  { text, format }: { readonly text: string; readonly format: SignalFormat },
): string | undefined {
  if (isGzip(head) && format !== "bigwig") return undefined;
  if (isBgzip(head)) return "compressed in blocks, as BAM files are";
  return TEXT.find(([start]) => start.test(text))?.[1] ?? describeBytes(head);
}
