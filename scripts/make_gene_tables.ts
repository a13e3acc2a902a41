/**
 * Writes `src/atlas/_genes_hg19.ts` or `src/atlas/_genes_hg38.ts`, the genes that come with the package:
 *
 * ```sh
 * deno run --allow-read --allow-write=src/atlas scripts/make_gene_tables.ts hg19 tss_hg19.tsv
 * ```
 *
 * The table has a header with the columns `gene_id`, an Ensembl id, `chrom`, such as `chr8`, `tss`, 0-based, `strand`,
 * `symbol` and perhaps `type`, of which only `protein_coding` is taken. `src/atlas/bundled_genes.ts` has the sources.
 */

import { isBundledGenes } from "../src/atlas/bundled_genes.ts";
import { encodeGeneTable, type TabledGene } from "../src/atlas/gene_table.ts";
import { ensemblGeneNumber } from "../src/gene_id.ts";
import { readGenes } from "../src/genome/genes.ts";

const LINE_CHARACTERS = 100;

const [assembly = "", path] = Deno.args;
if (!isBundledGenes(assembly) || path === undefined) {
  throw new TypeError("Expected hg19 or hg38, and the path of the table of genes");
}
const genes = (await readGenes(path, { onWarning: (text) => console.warn(text) }))
  .filter(({ type = "protein_coding" }) => type === "protein_coding")
  .map(({ id, chromosome, tss, strand, symbol = "" }): TabledGene => {
    const number = ensemblGeneNumber(id);
    if (number === undefined || strand === undefined) throw new TypeError(`Bad row: ${id}`);
    return { number, chromosome, tss, strand, symbol };
  })
  .sort((a, b) => a.number - b.number);
const text = (await encodeGeneTable(genes)).toBase64()
  .replace(new RegExp(`.{${LINE_CHARACTERS}}`, "g"), "$&\n").trimEnd();
await Deno.writeTextFile(
  new URL(`../src/atlas/_genes_${assembly}.ts`, import.meta.url),
  `/** Made by scripts/make_gene_tables.ts; \`gene_table.ts\` has the encoding. */

/** ${genes.length.toLocaleString("en-US")} protein-coding genes of ${assembly}, in base64. */
export const GENES_${assembly.toUpperCase()} = \`
${text}
\`;
`,
);
console.info(`${genes.length} genes of ${assembly}, ${text.length} characters`);
