import { strictEqual, throws } from "node:assert";
import { fillParts } from "./page.ts";

const NAME = "benchmark-real";
const PAGE = "# Title\n\n<!-- benchmark-real log2 -->\n\nold\n\n<!-- end log2 -->\n\nText.\n";

Deno.test("a table replaces the one between its comments, and nothing else", () => {
  const wanted = PAGE.replace("old", "new\ntable");
  strictEqual(fillParts(PAGE, [{ id: "log2", text: "new\ntable" }], NAME), wanted);
  strictEqual(fillParts(wanted, [{ id: "log2", text: "new\ntable" }], NAME), wanted);
  strictEqual(fillParts(PAGE, [], NAME), PAGE);
});

Deno.test("a page without the comments is left alone", () => {
  throws(() => fillParts(PAGE, [{ id: "counts", text: "" }], NAME), {
    name: "ContractError",
    message: /found no "<!-- benchmark-real counts -->"/,
  });
  const open = PAGE.replace("<!-- end log2 -->", "");
  throws(() => fillParts(open, [{ id: "log2", text: "" }], NAME), /found no "<!-- end log2 -->"/);
});
