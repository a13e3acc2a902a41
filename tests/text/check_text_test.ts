import { throws } from "node:assert";
import { checkIsText } from "../../src/text/check_text.ts";

function check(head: string): void {
  checkIsText(Uint8Array.from(head, (letter) => letter.charCodeAt(0)), "a.txt");
}

Deno.test("text of any language passes, and so does an empty file", () => {
  for (const text of ["", "gene\tvalue\n", "\xef\xbb\xbfg\xc3\xa8ne"]) check(text);
});

Deno.test("files that users mistake for text are refused, and their kind is named", () => {
  const files = {
    "PK\x03\x04": /it is a zip file, as \.xlsx are, expected UTF-8 text: in Excel, save/,
    "\xff\xfea\0": /it is UTF-16, expected UTF-8 text: in Excel, save/,
    "\x89HDF\r\n": /it is an HDF5 file/,
    "\x1f\x8b\x08": /it is compressed by gzip, expected UTF-8 text: unpack it with gunzip/,
    "BAM\x01": /it is a BAM file, expected UTF-8 text \(a\.txt\)$/,
    "any\0thing": /it is a binary file, expected UTF-8 text \(a\.txt\)$/,
  };
  for (const [head, message] of Object.entries(files)) {
    throws(() => check(head), { name: "FormatError", message });
  }
});
