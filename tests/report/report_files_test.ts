import { ok, strictEqual } from "node:assert";
import { renderGenePage } from "../../src/report/mod.ts";
import { geneScriptText, useReportFiles } from "../../src/report/report_files.ts";
import { makeGene } from "./_genes.ts";

Deno.test("the script that a build keeps is the one that pages of genes have", async () => {
  const page = await renderGenePage(makeGene({ cellTypes: 2 }));
  ok(page.includes(`<script>${geneScriptText()}</script>`));
});

Deno.test("pages are made with the files that are given, and the policy lets that script run", async () => {
  const input = makeGene({ cellTypes: 2 });
  const usual = await renderGenePage(input);
  const asked: string[] = [];
  useReportFiles((name) => {
    asked.push(name);
    return Promise.resolve(new TextEncoder().encode(`kept ${name}`));
  });
  try {
    const page = await renderGenePage(input);
    ok(page.includes("<script>kept gene_script.js</script>"));
    ok(page.includes(new TextEncoder().encode("kept inter-400.woff2").toBase64()));
    const digest = await crypto.subtle.digest(
      "SHA-256",
      new TextEncoder().encode("kept gene_script.js"),
    );
    ok(page.includes(`script-src 'sha256-${new Uint8Array(digest).toBase64()}'`));
    strictEqual(asked.sort().join(" "), "gene_script.js inter-400.woff2");
  } finally {
    useReportFiles(undefined);
  }
  strictEqual(await renderGenePage(input), usual);
});
