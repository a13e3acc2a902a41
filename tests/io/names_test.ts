import { strictEqual, throws } from "node:assert";
import { checkName, faultOfCellType, faultOfName, isMemberName } from "../../src/io/names.ts";

Deno.test("names of any language can be those of cell types and marks", () => {
  for (const name of ["E003", "liver, left", "肝臓", "x".repeat(200)]) {
    strictEqual(faultOfCellType(name), undefined);
  }
  strictEqual(faultOfName("__x"), undefined);
});

Deno.test("a name that is empty, long, reserved or not a plain line is refused with its place", () => {
  const names = { "": /is empty/, ["x".repeat(201)]: /201 characters/, "a\nb": /control char/ };
  for (const [name, message] of Object.entries({ ...names, __x: /starts with "__"/ })) {
    throws(() => checkName(name, { what: "cell type", file: "a.tsv", line: 3 }), {
      name: "FormatError",
      message,
      file: "a.tsv",
      line: 3,
    });
  }
});

Deno.test("names of members of npz files are those that the writer of such files takes", () => {
  for (const name of ["E003", "CD4+/CD8+", "liver: left", "..."]) {
    strictEqual(isMemberName(name), true);
  }
  for (const name of ["", "../x", "a//b", "/a", "a/", ".", "a\\b", "C:x", "a\0b"]) {
    strictEqual(isMemberName(name), false, name);
  }
});
