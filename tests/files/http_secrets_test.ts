import { strictEqual } from "node:assert";
import { coverSecrets } from "../../src/files/http_address.ts";

Deno.test("what may be secret in addresses is covered, wherever they stand in a text", () => {
  for (
    const [text, expected] of [
      ["https://me:pw@host/a.bam", "https://SECRET@host/a.bam"],
      [
        "--base-url=https://me@host:8080/a/?sig=x&b=c",
        "--base-url=https://SECRET@host:8080/a/?SECRET",
      ],
      [
        "Cannot find 'ftp://me:p%40w@host/a?b': gone",
        "Cannot find 'ftp://SECRET@host/a?SECRET': gone",
      ],
      ["Cannot find https://host/a?b=c: gone", "Cannot find https://host/a?SECRET: gone"],
      ["(https://host/a?b). Then HTTP://u:p@h", "(https://host/a?SECRET). Then HTTP://SECRET@h"],
      ["https://host/#token=x", "https://host/?SECRET"],
      ["https://SECRET@host/?SECRET", "https://SECRET@host/?SECRET"],
    ] as const
  ) {
    strictEqual(coverSecrets(text), expected);
  }
  for (
    const plain of [
      "is it https://host/a@b/c.bam?",
      "see https://host/a.bam#, or me@host",
      "a?b=c me:pw@host ://x@y",
    ]
  ) {
    strictEqual(coverSecrets(plain), plain);
  }
});
