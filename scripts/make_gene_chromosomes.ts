/**
 * Writes `src/atlas/_gene_chromosomes.ts`, the chromosomes and strands of Roadmap's protein-coding genes:
 *
 * ```sh
 * deno run --allow-read --allow-write=src/atlas scripts/make_gene_chromosomes.ts genes.tsv
 * ```
 *
 * The table has a header with the columns `gene_id`, an Ensembl id, `chrom`, such as `chr8`, and `strand`, `+` or `-`;
 * other columns are not read. The genes are the rows of Roadmap's `57epigenomes.RPKM.pc.gz`, which DeepChrome and the competition took, and
 * their places are those of `Ensembl_v65.Gencode_v10.ENSG.gene_info` (hg19).
 */

import { competitionGenes } from "../src/atlas/competition_genes.ts";
import { encodePlaces } from "../src/atlas/chromosome_list.ts";
import { encodeGeneList } from "../src/atlas/gene_list.ts";
import { ensemblGeneNumber } from "../src/gene_id.ts";

const LINE_CHARACTERS = 100;
const OUT = new URL("../src/atlas/_gene_chromosomes.ts", import.meta.url);

const [path] = Deno.args;
if (path === undefined) throw new TypeError("Expected the path of the table of genes");
const [header = "", ...rows] = (await Deno.readTextFile(path)).trimEnd().split("\n");
const [idColumn, chromosomeColumn, strandColumn] = ["gene_id", "chrom", "strand"].map((name) =>
  header.split("\t").indexOf(name)
);
const genes = rows.map((row) => {
  const cells = row.split("\t");
  const number = ensemblGeneNumber(cells[idColumn!] ?? "");
  const chromosome = cells[chromosomeColumn!] ?? "";
  const strand = cells[strandColumn!];
  if (number === undefined || (strand !== "+" && strand !== "-")) {
    throw new TypeError(`Bad row: ${row}`);
  }
  return { number, chromosome, strand } as const;
}).sort((a, b) => a.number - b.number);
const known = new Set(competitionGenes().map(({ number }) => number));
const others = genes.filter(({ number }) => !known.has(number))
  .map(({ number }) => ({ number, heldOut: false }));
if (genes.length !== known.size + others.length) {
  throw new TypeError("The table lacks genes of the competition");
}
const wrap = (text: string) =>
  text.replace(new RegExp(`.{${LINE_CHARACTERS}}`, "g"), "$&\n").trimEnd();
await Deno.writeTextFile(
  OUT,
  `/** Made by scripts/make_gene_chromosomes.ts; \`chromosome_list.ts\` has the encoding. */

/** Roadmap's ${
    others.length.toLocaleString("en-US")
  } protein-coding genes that the competition left out, in base64. */
export const OTHER_GENE_LIST = \`
${wrap(encodeGeneList(others).toBase64())}
\`;

/** The chromosome and strand of each of the ${
    genes.length.toLocaleString("en-US")
  } genes by ascending number, a letter each. */
export const PLACE_LETTERS = \`
${wrap(encodePlaces(genes))}
\`;
`,
);
