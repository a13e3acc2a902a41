/** Genes from tables of their bounds. */

import { deepStrictEqual, rejects } from "node:assert";
import { readGenes } from "../../src/genome/genes.ts";
import { textSource } from "../helpers/text_source.ts";

const read = async (text: string) => {
  const genes = await readGenes(textSource(text, "g.txt"));
  return genes.map(({ id, chromosome, tss, strand, symbol = "" }) =>
    [id, chromosome, tss, strand, symbol].join(" ").trim()
  );
};
const refuse = (text: string, message: RegExp) =>
  rejects(readGenes(textSource(text, "g.txt")), { name: "FormatError", message });

const WANTED = ["ENSG00000000001 chr1 1000 +", "ENSG00000000002 chrX 899 -"];

Deno.test("SAF, whose positions count from 1, is read with the exons of a gene as its parts", async () => {
  const rows = [
    "GeneID\tChr\tStart\tEnd\tStrand",
    "ENSG00000000001\tchr1\t1500\t2000\t+",
    "ENSG00000000001\tchr1\t1001\t1100\t+",
    "ENSG00000000002\tchrX\t501\t900\t-",
  ];
  deepStrictEqual(await read(rows.join("\n")), WANTED.toSorted());
  deepStrictEqual(
    await read(rows.join("\r\n").toLowerCase().replaceAll("ensg", "ENSG").replace("chrx", "chrX")),
    WANTED,
  );
});

Deno.test("data frames of GRanges are read: their widths say that they count from 1", async () => {
  const csv = [
    '"","seqnames","start","end","width","strand","type","gene_id","gene_name"',
    '"1","chr1",1001,2000,1000,"+","gene","ENSG00000000001","ONE"',
    '"2","chr1",1001,1100,100,"+","exon","ENSG00000000001","ONE"',
    '"3","chrX",501,900,400,"-","gene","ENSG00000000002",NA',
  ];
  deepStrictEqual(await read(csv.join("\n")), [`${WANTED[0]} ONE`, WANTED[1]]);
  // As write.table writes them: names of rows without a title.
  const table = [
    '"seqnames"\t"start"\t"end"\t"width"\t"strand"\t"gene_id"',
    '"1"\t"chr1"\t1001\t2000\t1000\t"+"\t"ENSG00000000001"',
    '"2"\t"chrX"\t501\t900\t400\t"-"\t"ENSG00000000002"',
  ];
  deepStrictEqual(await read(table.join("\n")), WANTED);
});

Deno.test("starts that count from 0 are recognised by the widths, or by UCSC's titles", async () => {
  const rows = (titles: string, more = ["", ""]) =>
    `${titles}\nENSG00000000001\tchr1\t1000\t2000\t+${more[0]}\nENSG00000000002\tchrX\t500\t900\t-${
      more[1]
    }\n`;
  deepStrictEqual(await read(rows("gene\tchrom\tchromStart\tchromEnd\tstrand")), WANTED);
  deepStrictEqual(
    await read(rows("gene\tchrom\tstart\tend\tstrand\twidth", ["\t1000", "\t400"])),
    WANTED,
  );
});

Deno.test("a table of bounds that does not say where positions begin is refused with what would", async () => {
  const row = "chr1\t1001\t2000\t+\tTP53\n";
  await refuse(
    `chr\tstart\tend\tstrand\tsymbol\n${row}`,
    /does not say whether starts count from 0 or from 1, expected the column width .*SAF.*\(g\.txt, line 1\)$/,
  );
  await refuse(
    "seqnames\tstart\tend\twidth\tstrand\tgene_id\nchr1\t1001\t2000\t7\t+\tA\n",
    /width is "7" from 1001 to 2000, expected 1000, or 999 if starts count from 0 \(g\.txt, line 2\)$/,
  );
  await refuse(
    "seqnames\tstart\tend\twidth\tstrand\tgene_id\nchr1\t0\t9\t10\t+\tA\n",
    /width is "10"/,
  );
});

Deno.test("a table between blanks, as write.table makes it by default, is named as such", async () => {
  await refuse(
    '"ensembl_gene_id" "chromosome_name" "start_position" "end_position" "strand"\n"1" "ENSG1" "1" 5 9 1\n',
    /columns are separated by blanks in .*each separated by tabs/,
  );
});
