import { deepStrictEqual, rejects, strictEqual } from "node:assert";
import { readGenes } from "../../src/genome/genes.ts";
import { transcriptKey } from "../../src/genome/transcript_id.ts";
import { readTranscriptGenes } from "../../src/genome/transcripts.ts";
import { textSource } from "../helpers/text_source.ts";

function gff(kind: string, attributes: string): string {
  return ["chr1", "x", kind, 101, 200, ".", "+", ".", attributes].join("\t");
}

async function readText(lines: readonly string[]): Promise<Record<string, string>> {
  return Object.fromEntries(await readTranscriptGenes(textSource(lines.join("\n"))));
}

Deno.test("a transcript's key has no version, and other names keep what follows a dot", () => {
  for (
    const [id, key] of [
      ["ENST00000373020.9", "ENST00000373020"],
      ["ENST00000456328.2_1", "ENST00000456328"],
      ["ENSMUST00000070533.4", "ENSMUST00000070533"],
      ["ENST00000359512.8_PAR_Y", "ENST00000359512_PAR_Y"],
      ["ENST00000359512.8_PAR_Y_2", "ENST00000359512_PAR_Y"],
      ["ENSTR0000359512.7", "ENSTR0000359512"],
      ["ENST00000456328_1", "ENST00000456328"],
      ["NM_003859.3", "NM_003859"],
      ["XR_001737556.2", "XR_001737556"],
      ["MSTRG.1.2", "MSTRG.1.2"],
      ["AT1G01010.1", "AT1G01010.1"],
    ]
  ) strictEqual(transcriptKey(id!), key);
});

Deno.test("GTF names the gene of a transcript in its line, or else in the lines of its exons", async () => {
  const genes = [
    'gene_id "G1.2"; transcript_id "ENST00000373020.9";',
    "transcript_id T2; gene_id G2",
  ];
  const wanted = { ENST00000373020: "G1.2", T2: "G2" };
  deepStrictEqual(await readText(genes.map((text) => gff("transcript", text))), wanted);
  deepStrictEqual(await readText(genes.map((text) => gff("exon", text))), wanted);
  deepStrictEqual(
    await readText([gff("gene", 'gene_id "G1.2"'), ...genes.map((text) => gff("exon", text))]),
    wanted,
  );
});

Deno.test("GFF3 names the gene of a transcript by its parents, up to the gene", async () => {
  deepStrictEqual(
    await readText([
      "##gff-version 3",
      gff("chromosome", "."),
      gff("gene", "ID=gene:P1"),
      gff("processed_pseudogene", "ID=transcript:P1T;Parent=gene:P1"),
      gff("operon", "ID=o1"),
      gff("gene", "ID=gene-MIR1;Parent=o1"),
      gff("primary_transcript", "ID=rna-NR_106918.1;Parent=gene-MIR1;transcript_id=NR_106918.1"),
      gff("miRNA", "ID=rna-MIR1;Parent=rna-NR_106918.1"),
      gff("exon", "ID=exon-1;Parent=rna-MIR1"),
      gff("gene", "ID=gene:ENSG00000000003"),
      gff("mRNA", "ID=transcript:ENST00000373020;Parent=gene:ENSG00000000003"),
      gff("CDS", "ID=CDS:P1;Parent=transcript:ENST00000373020"),
      gff("transcript", "ID=STRG.1.1;geneID=STRG.1"),
      gff("gene", "ID=gene7;Name=ENPP1;gene=ENPP1;gbkey=Gene"),
      gff("mRNA", "ID=rna7;Parent=gene7;transcript_id=XM_003638785.2"),
      gff("mRNA", "ID=transcript%3AT9;Parent=gene%3AG9,gene%3AG10"),
      "##FASTA",
      ">chr1",
      "ACGT",
    ]),
    {
      P1T: "P1",
      NR_106918: "MIR1",
      MIR1: "MIR1",
      ENST00000373020: "ENSG00000000003",
      "STRG.1.1": "STRG.1",
      XM_003638785: "ENPP1",
      rna7: "ENPP1",
      T9: "G9",
    },
  );
});

Deno.test("UCSC's tables name the genes of transcripts", async () => {
  const rows = ["NM_1.2", "NM_2.1"].map((name) =>
    ["A", name, "chr1", "-", 10, 90, 90, 90, 1, "10,", "90,"].join("\t")
  );
  const titles = "geneName\tname\tchrom\tstrand\ttxStart\ttxEnd\tcdsStart\tcdsEnd\texonCount";
  for (const first of [["#geneName\tname", "track name=a"], [titles]]) {
    deepStrictEqual(await readText([...first, ...rows]), { NM_1: "A", NM_2: "A" });
  }
});

Deno.test("a transcript of two genes gives a warning, and features that are each other's parents are handled", async () => {
  const warnings: string[] = [];
  const lines = [
    gff("transcript", 'gene_id "G1"; transcript_id "T1"'),
    gff("transcript", 'gene_id "G2"; transcript_id "T1"'),
  ];
  const onWarning = (message: string) => void warnings.push(message);
  const genes = await readTranscriptGenes(textSource(lines.join("\n"), "a.gtf"), { onWarning });
  deepStrictEqual([...genes], [["T1", "G1"]]);
  deepStrictEqual(warnings, [
    'a.gtf: 1 transcript of several genes, such as "T1" of G1 and G2: the first is taken',
  ]);
  const circle = [gff("mRNA", "ID=a;Parent=b"), gff("mRNA", "ID=b;Parent=a")];
  strictEqual(Object.keys(await readText(circle)).length, 2);
});

Deno.test("a file that does not name the gene of any transcript is refused", async () => {
  for (const text of ["", gff("gene", 'gene_id "G1"'), "##gff-version 3\n" + gff("gene", "ID=a")]) {
    await rejects(readTranscriptGenes(textSource(text, "a.gtf")), {
      name: "FormatError",
      message: /^Cannot read transcripts: no line names a transcript's gene.* \(a\.gtf\)$/,
    });
  }
  const others = ["chr1 10 20 T1 0 +\n", "gene_id,chrom,tss,strand\nG1,chr1,10,+\n"];
  for (const text of others) {
    await rejects(readTranscriptGenes(textSource(text)), /no line names a transcript's gene/);
  }
  await rejects(readTranscriptGenes(textSource("chr1\tx", "a.gtf")), /expected 9 columns/);
});

Deno.test("a gene made from transcripts and the gene of these transcripts are the same", async () => {
  const texts = [
    ["a.gtf", gff("CDS", 'gene_id "G1"; transcript_id "T1"')],
    ["a.gtf", gff("mRNA", 'gene_id "G1"; transcript_id "T1"')],
    ...["geneID", "gene_id", "gene"].flatMap((key) => [
      ["a.gff3", `##gff-version 3\n${gff("mRNA", `ID=T1;${key}=G1`)}`],
      ["a.gff3", `##gff-version 3\n${gff("lnc_RNA", `transcript_id=T1;${key}=G1`)}`],
    ]),
    ["a.gff3", `##gff-version 3\n${gff("transcript", "ID=transcript:T1;Parent=gene:G1")}`],
  ];
  for (const [file, text] of texts) {
    const genes = await readGenes(textSource(text!, file));
    deepStrictEqual(genes.map(({ id }) => id), ["G1"], text);
    deepStrictEqual([...await readTranscriptGenes(textSource(text!, file))], [["T1", "G1"]], text);
  }
  const parts = ["start_codon", "UTR", "five_prime_utr", "intron", "Selenocysteine"];
  for (const kind of parts) {
    const source = textSource(gff(kind, 'gene_id "G1"; transcript_id "T1"'), "a.gtf");
    await rejects(readTranscriptGenes(source), /no line names a transcript's gene/);
  }
  const others = [gff("gene", "ID=gene-G1"), gff("mRNA", "ID=T1;Parent=gene-G1")];
  const noTranscript = gff("enhancer", "ID=id-1;gene=G1");
  deepStrictEqual(await readText([...others, noTranscript]), { T1: "G1" });
});

Deno.test("exons name the genes of transcripts without a line, after transcripts with one", async () => {
  const lines = ["G1", "G2"].flatMap((gene) => {
    const text = `gene_id "${gene}"; gene_version "5"; transcript_id "${gene}.1"; exon_number 1;`;
    return [gff("transcript", text), gff("exon", text), gff("CDS", text)];
  });
  const others = [
    gff("exon", 'gene_id "GFP"; gene_version "5"; transcript_id "GFP.1";'),
    gff("exon", "transcript_id ERCC-1; gene_id ERCC"),
    gff("CDS", 'gene_id "G2"; gene_version "5"; transcript_id "G2.10";'),
  ];
  deepStrictEqual(await readText([...lines, ...others]), {
    "G1.1": "G1",
    "G2.1": "G2",
    "GFP.1": "GFP",
    "ERCC-1": "ERCC",
    "G2.10": "G2",
  });
});

Deno.test("ids in GTF that was made from GFF3 lose the prefixes of GFF3", async () => {
  deepStrictEqual(
    await readText([
      gff("transcript", 'transcript_id "transcript:AT1G01010.1"; gene_id "gene:AT1G01010"'),
      gff("transcript", 'transcript_id "rna-NM_002116.8"; gene_id "gene-HLA-A"'),
      gff("exon", '"transcript_id ""T3""; gene_id ""G3"";"'),
    ]),
    { "AT1G01010.1": "AT1G01010", NM_002116: "HLA-A", T3: "G3" },
  );
});

Deno.test("UCSC's knownGene has transcripts but no genes", async () => {
  const row = ["ENST00000456328.2", "chr1", "+", 1, 9, 1, 1, 1, "1,", "9,", "", "uc286dmu.1"];
  deepStrictEqual(await readText([row.join("\t")]), { ENST00000456328: "ENST00000456328.2" });
});

Deno.test("the transcripts of Liftoff's further copies do not become those of other genes", async () => {
  const warnings: string[] = [];
  const onWarning = (message: string) => void warnings.push(message);
  const lines = [
    gff("gene", "ID=ENSG00000290825.1;extra_copy_number=0"),
    gff("mRNA", "ID=ENST00000456328.2;Parent=ENSG00000290825.1;extra_copy_number=0"),
    gff("gene", "ID=ENSG00000290825.1_1;extra_copy_number=1"),
    gff("mRNA", "ID=ENST00000456328.2_1;Parent=ENSG00000290825.1_1;extra_copy_number=1"),
  ];
  const genes = await readTranscriptGenes(textSource(lines.join("\n")), { onWarning });
  deepStrictEqual([...genes], [["ENST00000456328", "ENSG00000290825.1"]]);
  deepStrictEqual(warnings, []);
});

Deno.test("tables of transcripts and their genes are read, with and without a header, in either order", async () => {
  const wanted = [["ENST00000000001", "ENSG00000000003.15"], ["NM_000001", "AB"]];
  for (
    const text of [
      "ENST00000000001.2\tENSG00000000003.15\tA\nNM_000001.1\tAB\tAB\n",
      "transcript_id\tgene_id\tgene_name\nENST00000000001.2\tENSG00000000003.15\tA\nNM_000001.1\tAB\tAB\n",
      "GENEID,TXNAME\nENSG00000000003.15,ENST00000000001.2\nAB,NM_000001.1\n",
      'ENST00000000001.2,ENSG00000000003.15,"A1;A2;A3;A4"\nNM_000001.1,AB,""\n',
      "ENST00000000001.2,ENSG00000000003.15,A1;A2;A3;A4\nNM_000001.1,AB,B1\n",
      '"tx";"gene"\n"ENST00000000001.2";"ENSG00000000003.15"\n"NM_000001.1";"AB"\n',
      "ENSG00000000003.15\tENST00000000001.2\nAB\tNM_000001.1\n",
      '"tx","gene"\n"ENST00000000001.2","ENSG00000000003.15"\n"NM_000001.1","AB"\n"NM_000009.1",NA\n',
    ]
  ) {
    deepStrictEqual([...await readTranscriptGenes(textSource(text, "tx2gene.tsv"))], wanted, text);
  }
});

Deno.test("a table of transcripts, genes and more columns than GTF has is read, as kallisto's t2g.txt is", async () => {
  const ids = ["ENST00000456328.2", "ENSG00000290825.1"];
  for (const pair of [ids, ids.toReversed()]) {
    const row = [...pair, "DDX11L2", "DDX11L2-202", "chr1", "11869", "14409", "+"].join("\t");
    deepStrictEqual(await readText([row]), { ENST00000456328: "ENSG00000290825.1" });
  }
});

Deno.test("tables of genes and where they are have no transcripts", async () => {
  for (const row of ["ENSG00000000003.15\tchrX\t100\t-", "ENSG00000000003\tX\t11\t22\t+"]) {
    await rejects(readTranscriptGenes(textSource(`${row}\n`, "genes.tsv")), {
      name: "FormatError",
    });
  }
});
