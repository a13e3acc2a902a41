/**
 * Writes `src/atlas/_competition_gene_list.ts`, the package's copy of the competition's genes:
 *
 * ```sh
 * deno run --allow-read --allow-write=src/atlas scripts/make_competition_genes.ts competition_genes.tsv
 * ```
 *
 * The table has the columns `gene_id`, an Ensembl id, and `held_out`, 1 for the genes that the competition's train.npz
 * lacks. The identifiers are those of Ensembl 65, as Roadmap Epigenomics' tables have them.
 */

import { encodeGeneList } from "../src/atlas/gene_list.ts";
import { ensemblGeneNumber } from "../src/gene_id.ts";

const LINE_CHARACTERS = 100;
const OUT = new URL("../src/atlas/_competition_gene_list.ts", import.meta.url);

const [path] = Deno.args;
if (path === undefined) throw new TypeError("Expected the path of the table of genes");
const [header, ...rows] = (await Deno.readTextFile(path)).trimEnd().split("\n");
if (header !== "gene_id\theld_out") throw new TypeError(`Unexpected header: ${header}`);
const genes = rows.map((row) => {
  const [id = "", heldOut] = row.split("\t");
  const number = ensemblGeneNumber(id);
  if (number === undefined || !/^[01]$/.test(heldOut ?? "")) throw new TypeError(`Bad row: ${row}`);
  return { number, heldOut: heldOut === "1" };
});
const text = encodeGeneList(genes).toBase64().replace(
  new RegExp(`.{${LINE_CHARACTERS}}`, "g"),
  "$&\n",
);
await Deno.writeTextFile(
  OUT,
  `/** Made by scripts/make_competition_genes.ts; \`gene_list.ts\` has the encoding. */

/** The competition's ${genes.length.toLocaleString("en-US")} genes, in base64. */
export const COMPETITION_GENE_LIST = \`
${text.trimEnd()}
\`;
`,
);
