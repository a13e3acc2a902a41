import { strictEqual } from "node:assert";
import { kindOfEnding } from "../../../src/genome/expression/value_kinds.ts";

Deno.test("the end of a sample's name says what its values are, unless these are logarithms", () => {
  for (const name of ["liver_TPM", "a.tpm"]) strictEqual(kindOfEnding(name), "tpm");
  for (const name of ["liver-rpkm", "x FPKM"]) strictEqual(kindOfEnding(name), "fpkm");
  strictEqual(kindOfEnding("b_counts"), "count");
  for (const name of ["log2_fpkm", "liver_log2_TPM", "log10 RPKM", "liver"]) {
    strictEqual(kindOfEnding(name), undefined);
  }
});
