/** Tables of names: chromosomes as several sources call them, and transcripts with their genes. */

import { readChromosomeAliases } from "../../genome/mod.ts";
import { factsOf, type TextFile } from "./_text_file.ts";
import { type Description, listFacts, someOf } from "./facts.ts";

/** What names columns of UCSC's `chromAlias.txt` and of NCBI's `assembly_report.txt`. */
const HEADERS = [
  /^#\s*(ucsc|refseq|genbank|ensembl|assembly|ncbi|chromAlias)(\t(ucsc|refseq|genbank|ensembl|assembly|ncbi|custom|source))+\s*$/im,
  /^#\s*(sequenceName\talias names|alias\tchrom\tsource|Sequence-Name\tSequence-Role\t)/im,
];
const CHROMOSOME = /^(chr\w+|\d{1,2}|[XYM]|MT)$/;
const ACCESSION = /^[A-Z]{2}_?\d{6,}\.\d+$/;
const TRANSCRIPT = /^(ENS\w*T\d{6,}|[NX][MR]_\d+)/;
const GENE = /^(ENS\w*G\d{6,}|[A-Za-z][\w.-]*|\d+)$/;

/** Tables of names of chromosomes. */
export async function describeAliases(file: TextFile): Promise<Description | undefined> {
  const rows = file.lines.slice(0, 200).map((line) => line.split("\t"));
  const isNamed = HEADERS.some((header) => header.test(file.head.text));
  // Without a header, some row has the two names of a chromosome that everybody knows.
  const isTable = rows.length > 1 && rows.every((row) => row.length > 1 && row.every(isName)) &&
    rows.some((row) => row.some((one, i) => row.some((other, j) => i !== j && areOne(one, other))));
  if (!isNamed && !isTable) return undefined;
  return {
    kind: "chromosome-aliases",
    what: "names of chromosomes (--chromosome-aliases)",
    ...await factsOf(file, async () => {
      await readChromosomeAliases(file.source);
      const names = rows.map(([name]) => name!);
      return listFacts([
        ["firstNames", "first names", names, someOf(names)],
        ["rows", "rows", file.head.isWhole ? file.lines.length : undefined],
      ]);
    }),
  };
}

/** Whether two names are surely of one chromosome: `chr1` and `1`, or one of these and an accession number. */
function areOne(one: string, other: string): boolean {
  if (one === `chr${other}` || one === other && one.startsWith("chr")) return true;
  return ACCESSION.test(one) && CHROMOSOME.test(other);
}

/** Whether a cell may be the name of a sequence; it may be empty where a source lacks the sequence. */
function isName(cell: string): boolean {
  return /^[\w.:+*-]*$/.test(cell);
}

/** Tables of transcripts and their genes, such as tximport's tx2gene. */
export function describeTranscriptGenes({ lines, head }: TextFile): Description | undefined {
  const rows = lines.slice(0, 200).map((line) => line.split(/[\t,]/));
  const found = rows.filter(([transcript = "", gene = ""]) =>
    TRANSCRIPT.test(transcript) && GENE.test(gene)
  );
  // The first row may be a header.
  const isTable = rows.length > 1 && found.length >= rows.length - 1 &&
    rows.every(({ length }) => length === 2 || length === 3);
  if (!isTable) return undefined;
  return {
    kind: "transcript-genes",
    what: "transcripts and their genes (--transcript-genes)",
    facts: listFacts([["rows", "rows", head.isWhole ? lines.length : undefined]]),
  };
}
