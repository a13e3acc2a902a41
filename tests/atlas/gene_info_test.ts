/** Roadmap's table of genes. */

import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { competitionGenes } from "../../src/atlas/competition_genes.ts";
import { readRoadmapGenes } from "../../src/atlas/gene_info.ts";
import { roadmapPath } from "../../src/atlas/roadmap_tree.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { ensemblGeneId } from "../../src/gene_id.ts";
import { sharedFile, testWith } from "../helpers/require.ts";
import { gzip, makeTree } from "../helpers/roadmap_tree.ts";
import { textSource } from "../helpers/text_source.ts";

const PLUS = "ENSG00000000005\tX\t99839799\t99854882\t1\tprotein_coding\tTNMD\ttenomodulin\n";
const MINUS = "ENSG00000000003\tX\t99883667\t99894988\t-1\tprotein_coding\tTSPAN6\ttetraspanin\n";

function read(text: string, numbers: readonly number[] = [3, 5], warnings: string[] = []) {
  return readRoadmapGenes(textSource(text, "gene_info"), {
    numbers,
    onWarning: (message) => warnings.push(message),
  });
}

Deno.test("a gene's TSS is the table's start or end by its strand, and genes come as they are asked for", async () => {
  const genes = await read(PLUS + MINUS);
  deepStrictEqual(genes, [
    { id: "ENSG00000000003", chromosome: "X", tss: 99_894_988, strand: "-", line: 2 },
    { id: "ENSG00000000005", chromosome: "X", tss: 99_839_799, strand: "+", line: 1 },
  ]);
});

testWith("shared", "the windows are those that DeepChrome's authors published", async () => {
  const text = await Deno.readTextFile(sharedFile("data/real/tss_hg19.tsv"));
  const published = new Map(
    text.trimEnd().split("\n").slice(1).map((row) => row.split("\t"))
      .map(([id = "", chromosome, tss]) => [id, `${chromosome}:${tss}`]),
  );
  strictEqual(published.get("ENSG00000000003"), "chrX:99894988");
  strictEqual(published.get("ENSG00000000005"), "chrX:99839799");
  for (const { id, chromosome, tss } of await read(PLUS + MINUS)) {
    strictEqual(`chr${chromosome}:${tss}`, published.get(id));
  }
  deepStrictEqual(
    competitionGenes().filter(({ number }) => !published.has(ensemblGeneId(number))),
    [],
  );
});

Deno.test("the table may be gzip, have versions, empty columns, Windows line ends and no last line end", async () => {
  const text = `${MINUS.replace("\t", ".7\t").replace("TSPAN6", "")}${PLUS.trimEnd()}`;
  const plain = await read(text);
  const packed = await readRoadmapGenes(bytesSource(gzip(text), "a.gz"), { numbers: [3, 5] });
  deepStrictEqual(packed, plain);
  deepStrictEqual(await read(text.replaceAll("\n", "\r\n")), plain);
  strictEqual(plain[0]?.tss, 99_894_988);
});

Deno.test("what an asynchronous onWarning is rejected with ends the reading", async () => {
  const reason = new Error("no warnings");
  const source = bytesSource(new TextEncoder().encode(`${MINUS.trimEnd()}\r\n${PLUS}`), "a.txt");
  const onWarning = () => Promise.reject(reason);
  await rejects(readRoadmapGenes(source, { numbers: [3, 5], onWarning }), reason);
});

Deno.test("a row without a position is refused with its line, if its gene is wanted", async () => {
  const cells = MINUS.split("\t");
  const changes: readonly (readonly [number, string])[] = [
    [2, "x"],
    [3, "-5"],
    [3, "99883666"],
    [4, "0"],
    [4, "."],
    [2, "1e5"],
  ];
  for (const [column, text] of changes) {
    const row = cells.with(column, text).join("\t");
    await rejects(read(PLUS + row), /Cannot read the position of ENSG00000000003.*line 2/, text);
    strictEqual((await read(PLUS + row, [5])).length, 1);
  }
  await rejects(read(`${PLUS}ENSG00000000003\n`), /position of ENSG00000000003/);
});

Deno.test("missing genes are refused by name, and a gene at two places is named", async () => {
  await rejects(read(PLUS), /1 gene of the competition is missing \(ENSG00000000003\).*gene_info/);
  await rejects(
    read(PLUS, [5, 1, 2, 3, 4, 6, 7]),
    /6 genes .* are missing \(.*ENSG00000000006, …\)/,
  );
  const warnings: string[] = [];
  const other = MINUS.replace("\tX\t", "\tY\t");
  const genes = await read(PLUS + MINUS + MINUS + other, [3, 5], warnings);
  strictEqual(genes[0]?.chromosome, "X");
  deepStrictEqual(warnings, [
    "gene_info has 1 gene at several places (ENSG00000000003): the first is taken",
  ]);
  const silent: string[] = [];
  await read(PLUS + MINUS + MINUS, [3, 5], silent);
  deepStrictEqual(silent, []);
});

Deno.test("a made table gives all of the competition's genes", async () => {
  const tree = makeTree({ cellTypes: [] });
  const genes = await readRoadmapGenes(bytesSource(tree.files.get(roadmapPath("genes"))!, "genes"));
  strictEqual(genes.length, 17_447);
  const odd = genes.filter(({ tss }, i) => {
    const { start, end, strand } = tree.genes[i]!;
    return tss !== (strand === 1 ? start : end);
  });
  deepStrictEqual(odd, []);
});
