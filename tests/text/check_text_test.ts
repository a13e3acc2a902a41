import { throws } from "node:assert";
import { checkIsText } from "../../src/text/check_text.ts";

function check(head: string): void {
  checkIsText(Uint8Array.from(head, (letter) => letter.charCodeAt(0)), "a.txt");
}

Deno.test("text of any language passes, and so does an empty file", () => {
  const texts = ["", "gene\tvalue\n", "version\n", "PAR1\t5\n", "\xef\xbb\xbfg\xc3\xa8ne"];
  const names = ["CRAMP1\t5\n", "ARROW1\t5\n", "BZh\t5\n", "BZh9 liver\t5\n", "BZhang\n"];
  for (const text of [...texts, ...names]) check(text);
});

Deno.test("files that users mistake for text are refused, and their kind is named", () => {
  const files = {
    "PK\x03\x04": /it is a zip file, as \.xlsx are, expected UTF-8 text: in Excel, save/,
    "\xff\xfea\0": /it is UTF-16, expected UTF-8 text: in Excel, save/,
    "\x89HDF\r\n": /it is an HDF5 file/,
    "\x1f\x8b\x08": /it is compressed by gzip, expected UTF-8 text: unpack it with gunzip/,
    "BAM\x01": /it is a BAM file, expected UTF-8 text \(a\.txt\)$/,
    "\x28\xb5\x2f\xfd\x24": /it is compressed by zstd, expected UTF-8 text: unpack it with zstd -d/,
    "\xfd7zXZ\0": /it is compressed by xz/,
    "BZh91AY&SY": /it is compressed by bzip2/,
    "BZh1\x17\x72\x45\x38\x50\x90\0": /it is compressed by bzip2/,
    "PAR1\x15\x04": /it is a Parquet file, expected UTF-8 text: write it out as a table/,
    "ARROW1\0\0": /it is an Arrow \(Feather\) file/,
    "\x93NUMPY\x01": /it is an array of numpy/,
    "SQLite format 3\0": /a database of SQLite/,
    "{\\rtf1\\ansi": /RTF.*: save it as plain text/,
    "version https://git-lfs.github.com/spec/v1\noid sha256:0123\nsize 9\n":
      /a pointer of Git LFS.*: get the file itself with git lfs pull/,
    "any\0thing": /it is a binary file, expected UTF-8 text \(a\.txt\)$/,
  };
  for (const [head, message] of Object.entries(files)) {
    throws(() => check(head), { name: "FormatError", message });
  }
});
