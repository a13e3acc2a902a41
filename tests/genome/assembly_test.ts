import { deepStrictEqual, match, rejects, strictEqual, throws } from "node:assert";
import { agreeOnAssembly, assemblyName, identifyAssembly } from "../../src/genome/assembly.ts";
import { prepare } from "../../src/genome/prepare.ts";
import type { PrepareOptions } from "../../src/genome/prepare_options.ts";
import { openSignal } from "../../src/genome/signal/open_signal.ts";
import type { SignalTrack } from "../../src/genome/signal/track.ts";
import { geneAt } from "../helpers/genome.ts";
import { textSource } from "../helpers/text_source.ts";

const HG19 = [{ name: "chr1", length: 249_250_621 }, { name: "chr2", length: 243_199_373 }];

Deno.test("an assembly is identified by the lengths of a file's chromosomes", () => {
  strictEqual(identifyAssembly(HG19), "hg19");
  strictEqual(identifyAssembly(HG19.slice(1)), "hg19");
  strictEqual(identifyAssembly([{ name: "21", length: 46_709_983 }]), "hg38");
  strictEqual(identifyAssembly([{ name: "NC_000085.6", length: 61_431_566 }]), "mm10");
  strictEqual(
    identifyAssembly([...HG19, { name: "chrM", length: 16_571 }, { name: "lambda" }]),
    "hg19",
  );
});

Deno.test("lengths from more than one assembly identify no assembly", () => {
  strictEqual(identifyAssembly([HG19[0]!, { name: "chr2", length: 1 }]), undefined);
  strictEqual(identifyAssembly([HG19[0]!, { name: "chr21", length: 46_709_983 }]), undefined);
  strictEqual(identifyAssembly([{ name: "chr1" }, { name: "chr2" }]), undefined);
  strictEqual(identifyAssembly([{ name: "chrM", length: 16_569 }]), undefined);
  strictEqual(identifyAssembly([{ name: "chrUn", length: 249_250_621 }]), undefined);
  // A mouse has no chromosome 20.
  const mouse = { name: "chr19", length: 61_431_566 };
  strictEqual(identifyAssembly([mouse]), "mm10");
  strictEqual(identifyAssembly([mouse, { name: "chr20", length: 64_444_167 }]), undefined);
  strictEqual(identifyAssembly([]), undefined);
});

const NAMES: Readonly<Record<string, readonly string[]>> = {
  hg18: ["hg18", "NCBI36", "B36", "GCF_000001405.12"],
  hg19: [
    "hg19",
    "GRCh37",
    "grch37.p13",
    "b37",
    "hs37d5",
    "human_g1k_v37",
    "human_g1k_v37_decoy",
    "GRCh37-lite",
    "GCF_000001405.25",
    "GCA_000001405.14",
    "GRCh37.p13.genome.fa",
    "hg19.fa",
  ],
  hg38: [
    "hg38",
    "grch38",
    "GRCh38.p13",
    "GRCh38.p14",
    "hg38.p14",
    "GRCh38_no_alt",
    "hs38DH",
    "GRCh38_no_alt_analysis_set",
    "GRCh38_full_analysis_set_plus_decoy_hla",
    "GRCh38.d1.vd1",
    "GCF_000001405.26",
    "GCF_000001405.40",
    "GCA_000001405.15",
    "GCA_000001405.15_GRCh38_no_alt_analysis_set",
    "Homo_sapiens.GRCh38.dna.primary_assembly.fa",
    " GRCh38 ",
    "GRCh38_no_alt_plus_hs38d1_analysis_set",
    "hg38.analysisSet.fa.gz",
    "GRCh38_no_alt_analysis_set_GCA_000001405.15",
    "Homo_sapiens_assembly38",
    "hg38p13",
    "GRCh38-2020-A",
  ],
  hs1: [
    "hs1",
    "T2T-CHM13v2.0",
    "CHM13v2.0",
    "t2t-chm13",
    "chm13v2.0_maskedY_rCRS",
    "GCF_009914755.1",
  ],
  mm9: ["mm9", "NCBIM37", "MGSCv37", "mouse_NCBI37"],
  mm10: [
    "mm10",
    "mm10-minimal",
    "mm10_no_alt_analysis_set_ENCODE",
    "GRCm38",
    "GRCm38.p6",
    "GCF_000001635.26",
    "GCA_000001635.8",
  ],
  mm39: ["mm39", "GRCm39", "GCF_000001635.27"],
  dm3: ["dm3"],
  dm6: ["dm6", "BDGP6", "BDGP6.46"],
  ce11: ["WBcel235"],
};

Deno.test("all names of an assembly become UCSC's name", () => {
  for (const [name, others] of Object.entries(NAMES)) {
    for (const other of others) strictEqual(assemblyName(other), name, other);
  }
});

Deno.test("a name that may mean other coordinates is unchanged", () => {
  for (
    const name of [
      "hg38_and_mm10",
      "hg19-mm9",
      "GRCh38-to-hs1",
      "hg380",
      "myhg38",
      "hg38_NA12878",
      "susScr11",
      "",
      "chm13v1.0",
      "GCF_000002285.5",
      "GCA_000001405",
      "CanFam3.1",
      "NCBI35",
      // hg19 of man, and mm9 of mouse.
      "NCBI37",
    ]
  ) strictEqual(assemblyName(name), name);
});

Deno.test("files and user must agree on the assembly", () => {
  const hg19 = { file: "a.bam", assembly: "hg19" };
  const hg38 = { file: "b.bam", assembly: "hg38" };
  const silent = { file: "c.bed", assembly: undefined };
  strictEqual(agreeOnAssembly([silent, hg19]), "hg19");
  strictEqual(agreeOnAssembly([silent], "GRCh37"), "hg19");
  strictEqual(agreeOnAssembly([silent]), "unknown");
  strictEqual(agreeOnAssembly([hg19], "GRCh37"), "hg19");
  throws(() => agreeOnAssembly([hg19, silent, hg38]), /b\.bam: .* hg38, expected hg19.* a\.bam/);
  throws(
    () => agreeOnAssembly([hg19], "hg38"),
    /a\.bam: .* hg19, expected hg38, as named$/,
  );
  throws(
    () => agreeOnAssembly([hg19], "mine"),
    /expected mine, .* not known; .* stands for hg19, name that$/,
  );
});

Deno.test("a name of two assemblies is the one that lengths, headers or genes show, and else refused", async () => {
  const [hg19, mm9, hg38] = ["hg19", "mm9", "hg38"].map((assembly) => ({
    file: "a.bam",
    assembly,
  }));
  strictEqual(agreeOnAssembly([hg19!], "NCBI37"), "hg19");
  strictEqual(agreeOnAssembly([mm9!], "NCBI37"), "mm9");
  throws(() => agreeOnAssembly([hg38!], "NCBI37"), /it is hg38, expected NCBI37, as named/);
  const NCBI37 = { assembly: "NCBI37" };
  strictEqual((await assemblyOfFiles([{ lengths: 197_195_432 }], NCBI37)).assembly, "mm9");
  strictEqual((await assemblyOfFiles([{ header: TRACK_HG19 }], NCBI37)).assembly, "hg19");
  const byGenes = await assemblyOfFiles([{}], { ...NCBI37, annotationAssembly: "MGSCv37" });
  strictEqual(byGenes.assembly, "mm9");
  await rejects(assemblyOfFiles([{}], NCBI37), {
    name: "ContractError",
    message:
      'Cannot take the assembly "NCBI37": it is a name of hg19 and of mm9, and neither the files nor the genes show which. ' +
      "Name one of these",
  });
});

/** A file of reads: what its header and its row of the sheet say, and the lengths that it has. */
interface SaidOf {
  readonly name?: string;
  readonly header?: string;
  readonly sheet?: string;
  readonly lengths?: number;
}

/** Finds the assembly of files of one read each, and the warnings. */
async function assemblyOfFiles(files: readonly SaidOf[], options: Partial<PrepareOptions> = {}) {
  const warnings: string[] = [];
  const inputs = files.map(({ name = "", header, sheet: assembly, lengths }, i) => {
    name ||= `${i}.bed`;
    const text = `${header === undefined ? "" : `${header}\n`}chr1\t1000\t1036\tN\t0\t+\n`;
    const open = async () => {
      const opened = await openSignal(textSource(text, name));
      const contigs = lengths === undefined ? undefined : [{ name: "chr1", length: lengths }];
      const { assembly, warnings = [] } = opened;
      const track: SignalTrack = {
        name,
        format: "bed",
        contigs,
        assembly,
        warnings,
        count: (windows, how) => opened.count(windows, how),
      };
      return { track, close: () => {} };
    };
    return { cellType: "liver", mark: `mark${i}`, name, assembly, open };
  });
  const { record } = await prepare([geneAt("chr1", 1000)], inputs, {
    rule: "reads",
    halfWidthBp: 200,
    onWarning: (message) => void warnings.push(message),
    ...options,
  });
  return { assembly: record.assembly, warnings };
}

const TRACK_HG19 = 'track name="x" description="lifted, not db=hg38" db=hg19';
const LENGTH_OF_HG38 = 248_956_422;

Deno.test("headers of text files and the sample sheet give the assembly, by any of its names", async () => {
  const headers = {
    hg19: [
      TRACK_HG19,
      "browser position chr1:1-100\ntrack type=bed db='hg19' name=x",
      "#assembly=GRCh37",
      "# genome assembly: GRCh37.p13",
      "##genome-build NCBI GRCh37",
      "#!genome-build GRCh37.p13",
    ],
    galGal6: ["track db=galGal6"],
    unknown: [
      "track name=x description='db=hg19'",
      "#description: lifted from hg19",
      "# genome: mine",
      "track db=hub_12_hg19",
    ],
  };
  for (const [assembly, texts] of Object.entries(headers)) {
    for (const header of texts) {
      deepStrictEqual(await assemblyOfFiles([{ header }]), { assembly, warnings: [] }, header);
    }
  }
  const sheets = [{ sheet: "GRCh38" }, { sheet: "hg38", header: "track db=hg38" }];
  deepStrictEqual(await assemblyOfFiles(sheets), { assembly: "hg38", warnings: [] });
  strictEqual((await assemblyOfFiles([{ sheet: "mine" }])).assembly, "mine");
  const genes = { annotationAssembly: "GRCh38" };
  strictEqual((await assemblyOfFiles([{ sheet: "mine" }], genes)).assembly, "hg38");
});

Deno.test("a header or a sheet that contradicts the genes, other files or their lengths is refused", async () => {
  const contradictions: readonly [RegExp, readonly SaidOf[], Partial<PrepareOptions>?][] = [
    [
      /0\.bed: by its row of the sample sheet it is hg38, but the genes are of hg19/,
      [{ sheet: "GRCh38" }],
      { annotationAssembly: "GRCh37.p13" },
    ],
    [
      /0\.bed: by its header it is hg19, but the genes are of hg38/,
      [{ header: TRACK_HG19 }],
      { annotationAssembly: "hg38" },
    ],
    [
      /1\.bed: by its header it is hg19, expected hg38, which is that of 0\.bed by its row of/,
      [{ sheet: "GRCh38" }, { header: TRACK_HG19 }],
    ],
    [
      /0\.bed: by its header it is hg19, expected hg38, .* lengths .* header is out of date, name/,
      [{ header: TRACK_HG19, lengths: LENGTH_OF_HG38 }],
    ],
    [
      /0\.bed: by its row .* it is mm10, expected hg38, .* lengths .* correct the sheet/,
      [{ sheet: "mm10", lengths: LENGTH_OF_HG38 }],
    ],
    [
      /0\.bed: by its header it is mm10, but the genes are of mm39/,
      [{ header: "track db=mm10-minimal" }],
      { annotationAssembly: "GRCm39" },
    ],
    [
      /1\.bed: by its header it is galGal6, expected susScr11/,
      [{ header: "track db=susScr11" }, { header: "track db=galGal6" }],
    ],
    [
      /is susScr11, but the genes are of hg38/,
      [{ header: "track db=susScr11" }],
      { annotationAssembly: "GRCh38" },
    ],
    [/is dm3, but the genes are of dm6/, [{ sheet: "dm3" }], { annotationAssembly: "BDGP6.46" }],
  ];
  for (const [message, files, options] of contradictions) {
    await rejects(assemblyOfFiles(files, options), { name: "ContractError", message });
  }
});

Deno.test("assemblies in names of files give a warning where they contradict the data, and nothing else says them", async () => {
  const blacklist = (name: string) => ({ name, digest: "sha256:0", chromosomes: new Map() });
  const warned: readonly (readonly [RegExp, readonly SaidOf[], Partial<PrepareOptions>])[] = [
    [/^the assembly hg38, that of the data, .*: a\.hg19\.bed \(hg19\)\. If/, [{
      name: "a.hg19.bed",
    }], {
      annotationAssembly: "GRCh38",
    }],
    [/: hg19-blacklist\.v2\.bed \(hg19\)\./, [{ lengths: LENGTH_OF_HG38 }], {
      blacklist: blacklist("hg19-blacklist.v2.bed"),
    }],
    [/: d\/refGene_mm9\.txt \(mm9\)\./, [{ sheet: "mm10" }], {
      annotationFile: "d/refGene_mm9.txt",
    }],
    [/^the assembly hg19, that of GRCh37_a\.bed, .*: b_GRCh38\.bed \(hg38\)\./, [
      { name: "GRCh37_a.bed" },
      { name: "b_GRCh38.bed" },
    ], {}],
  ];
  for (const [message, files, options] of warned) {
    const { warnings } = await assemblyOfFiles(files, options);
    const found = warnings.filter((text) => /contradicts names/.test(text));
    strictEqual(found.length, 1, String(message));
    match(found[0]!, message);
  }
  const silent: readonly (readonly [readonly SaidOf[], Partial<PrepareOptions>])[] = [
    // What the file or the sheet says counts.
    [[{ name: "a.hg19.bed", sheet: "hg38" }], {}],
    [[{ name: "a.hg19.bed", lengths: LENGTH_OF_HG38 }], {}],
    [[{ sheet: "hg38" }], { annotationFile: "lifted.hg19.gtf", annotationAssembly: "hg38" }],
    // Lifted files, folders, names of samples, other names of the same assembly, and assemblies that are not known.
    [[{ name: "a.hg19_to_hg38.bed" }, { name: "b.hg19ToHg38.bed" }], { assembly: "hg38" }],
    [[{ name: "hg19/a.bed" }, { name: "MM10.HG002.b37.bed" }], { assembly: "hg38" }],
    [[{ name: "a.GRCh38.p14.bed" }], { assembly: "hg38", blacklist: blacklist("hg38.bed") }],
    [[{ name: "a.hg19.bed" }], { assembly: "mine" }],
  ];
  for (const [files, options] of silent) {
    const { warnings } = await assemblyOfFiles(files, options);
    deepStrictEqual(warnings.filter((text) => /contradicts names/.test(text)), []);
  }
});

Deno.test("words that contradict the named assembly give a warning, and names that are not known none", async () => {
  deepStrictEqual(await assemblyOfFiles([{ header: TRACK_HG19 }], { assembly: "GRCh38" }), {
    assembly: "hg38",
    warnings: [
      "0.bed is of hg19 by its header, but hg38 was named: if these differ, all windows are at the wrong places",
    ],
  });
  const quiet: readonly [SaidOf, Partial<PrepareOptions>, assembly: string][] = [
    [{ header: TRACK_HG19 }, { assembly: "GRCh37" }, "hg19"],
    [{ sheet: "mm10-minimal" }, { annotationAssembly: "GRCm38.p6" }, "mm10"],
    [{ sheet: "dm3" }, { annotationAssembly: "BDGP5" }, "dm3"],
    [{ header: "track db=galGal6" }, { annotationAssembly: "GRCg6a" }, "galGal6"],
    [{ sheet: "hg38", lengths: LENGTH_OF_HG38 }, { annotationAssembly: "GRCh38.p14" }, "hg38"],
  ];
  for (const [file, options, assembly] of quiet) {
    deepStrictEqual(await assemblyOfFiles([file], options), { assembly, warnings: [] });
  }
});
