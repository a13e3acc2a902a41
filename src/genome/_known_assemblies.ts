/** Names of assemblies, and the lengths of their chromosomes. */

import type { Accession } from "./_accessions.ts";

/** An assembly that the lengths of its chromosomes identify. */
interface KnownAssembly {
  /** UCSC's name. */
  readonly name: string;
  readonly species: Accession["species"];
  /** Lengths of its chromosomes in base pairs: 1 to 22 or 19, X, Y. */
  readonly lengths: readonly number[];
}

/** The assemblies, from their own reports. No chromosome has the same length in two of them. */
// deno-fmt-ignore
export const KNOWN_ASSEMBLIES: readonly KnownAssembly[] = [
  {
    name: "hg18", species: "human", lengths: [
      247_249_719, 242_951_149, 199_501_827, 191_273_063, 180_857_866, 170_899_992, 158_821_424,
      146_274_826, 140_273_252, 135_374_737, 134_452_384, 132_349_534, 114_142_980, 106_368_585,
      100_338_915, 88_827_254, 78_774_742, 76_117_153, 63_811_651, 62_435_964, 46_944_323, 49_691_432,
      154_913_754, 57_772_954,
    ],
  },
  {
    name: "hg19", species: "human", lengths: [
      249_250_621, 243_199_373, 198_022_430, 191_154_276, 180_915_260, 171_115_067, 159_138_663,
      146_364_022, 141_213_431, 135_534_747, 135_006_516, 133_851_895, 115_169_878, 107_349_540,
      102_531_392, 90_354_753, 81_195_210, 78_077_248, 59_128_983, 63_025_520, 48_129_895, 51_304_566,
      155_270_560, 59_373_566,
    ],
  },
  {
    name: "hg38", species: "human", lengths: [
      248_956_422, 242_193_529, 198_295_559, 190_214_555, 181_538_259, 170_805_979, 159_345_973,
      145_138_636, 138_394_717, 133_797_422, 135_086_622, 133_275_309, 114_364_328, 107_043_718,
      101_991_189, 90_338_345, 83_257_441, 80_373_285, 58_617_616, 64_444_167, 46_709_983, 50_818_468,
      156_040_895, 57_227_415,
    ],
  },
  {
    name: "hs1", species: "human", lengths: [
      248_387_328, 242_696_752, 201_105_948, 193_574_945, 182_045_439, 172_126_628, 160_567_428,
      146_259_331, 150_617_247, 134_758_134, 135_127_769, 133_324_548, 113_566_686, 101_161_492, 99_753_195,
      96_330_374, 84_276_897, 80_542_538, 61_707_364, 66_210_255, 45_090_682, 51_324_926, 154_259_566,
      62_460_029,
    ],
  },
  {
    name: "mm9", species: "mouse", lengths: [
      197_195_432, 181_748_087, 159_599_783, 155_630_120, 152_537_259, 149_517_037, 152_524_553,
      131_738_871, 124_076_172, 129_993_255, 121_843_856, 121_257_530, 120_284_312, 125_194_864,
      103_494_974, 98_319_150, 95_272_651, 90_772_031, 61_342_430, 166_650_296, 15_902_555,
    ],
  },
  {
    name: "mm10", species: "mouse", lengths: [
      195_471_971, 182_113_224, 160_039_680, 156_508_116, 151_834_684, 149_736_546, 145_441_459,
      129_401_213, 124_595_110, 130_694_993, 122_082_543, 120_129_022, 120_421_639, 124_902_244,
      104_043_685, 98_207_768, 94_987_271, 90_702_639, 61_431_566, 171_031_299, 91_744_698,
    ],
  },
  {
    name: "mm39", species: "mouse", lengths: [
      195_154_279, 181_755_017, 159_745_316, 156_860_686, 151_758_149, 149_588_044, 144_995_196,
      130_127_694, 124_359_700, 130_530_862, 121_973_369, 120_092_757, 120_883_175, 125_139_656,
      104_073_951, 98_008_968, 95_294_699, 90_720_763, 61_420_004, 169_476_592, 91_455_967,
    ],
  },
];

/**
 * Names of one assembly, in lower case. Of older ones only UCSC's names are here, which tell them from newer ones: what
 * others call them stands in records as it is written.
 */
const NAMES: readonly (readonly [name: string, others: RegExp])[] = [
  ["hg16", /^hg16$/],
  ["hg17", /^hg17$/],
  ["hg18", /^(?:hg18|ncbi_?36|build_?36|b36|human_b36(?:_both|_female|_male)?)$/],
  [
    "hg19",
    /^(?:hg19|grch37(?:p\d+)?|assembly19|b37|hs37(?:d5)?|(?:human_)?g1k_v37|build_?37|(?:human|homo_sapiens)[-._ ]ncbi_?37)$/,
  ],
  ["hg38", /^(?:hg38(?:p\d+)?|grch38(?:p\d+)?|assembly38|b38|hs38(?:dh|d1)?|(?:human_)?g1k_v38)$/],
  ["hs1", /^(?:hs1|(?:t2t[-_.]?)?chm13(?:[-_.]?v?(?:1\.1|2(?:\.0)?))?)$/],
  ["mm8", /^mm8$/],
  [
    "mm9",
    /^(?:mm9|(?:(?:mouse|mus_musculus)[-._ ])?ncbi_?m37|(?:mouse|mus_musculus)[-._ ]ncbi_?37|mgscv37)$/,
  ],
  ["mm10", /^(?:mm10|grcm38)$/],
  ["mm39", /^(?:mm39|grcm39)$/],
  ["rn4", /^rn4$/],
  ["rn5", /^(?:rn5|rnor_5\.0)$/],
  ["rn6", /^(?:rn6|rnor_6\.0)$/],
  ["rn7", /^(?:rn7|mratbn7\.2)$/],
  ["danRer7", /^danrer7$/],
  ["danRer10", /^(?:danrer10|grcz10)$/],
  ["danRer11", /^(?:danrer11|grcz11)$/],
  ["dm3", /^dm3$/],
  ["dm6", /^(?:dm6|bdgp6(?:\.\d+)?)$/],
  ["ce10", /^ce10$/],
  ["ce11", /^(?:ce11|wbcel235)$/],
  ["sacCer2", /^saccer2$/],
  ["sacCer3", /^(?:saccer3|r64-1-1)$/],
];

/** NCBI's accession numbers of assemblies, with the first and last version that stand for each assembly. */
const ACCESSIONS:
  readonly (readonly [accession: string, name: string, from: number, to: number])[] = [
    ["gcf_000001405", "hg18", 12, 12],
    ["gcf_000001405", "hg19", 13, 25],
    ["gcf_000001405", "hg38", 26, Infinity],
    ["gca_000001405", "hg19", 1, 14],
    ["gca_000001405", "hg38", 15, Infinity],
    ["gcf_009914755", "hs1", 1, 1],
    ["gca_009914755", "hs1", 3, 4],
    ["gcf_000001635", "mm9", 18, 18],
    ["gcf_000001635", "mm10", 20, 26],
    ["gcf_000001635", "mm39", 27, Infinity],
    ["gca_000001635", "mm9", 1, 1],
    ["gca_000001635", "mm10", 2, 8],
    ["gca_000001635", "mm39", 9, Infinity],
  ];

/**
 * Words that may follow the name of an assembly without changing its coordinates: patches, decoys, alternate loci,
 * masking, and parts of file names.
 */
const HARMLESS = new RegExp(
  "^(?:" + [
    "p\\d+|patch\\d*|hla|decoys?|hs37d5|hs38d1|d1|vd1|ebv|rcrs|ercc(?:92)?",
    "no|with|without|and|plus|full|lite|main|minimal|standard|only|canonical|noalt|alts?",
    "primary|assembly|analysis|set|analysisset|fullanalysisset|toplevel|chr|chrom(?:osomes?)?",
    "dna|[sr]m|masked|maskedy|genom(?:e|ic)|fa|fasta|fna|gz|2bit|sizes|gtf|gff3?",
    "gencode|ensembl|ucsc|ncbi|refseq|encode|(?:fe)?male|20\\d\\d|[abc]",
  ].join("|") + ")?$",
);

/** Words before the name that give the species, the publisher or the sex. */
const SPECIES =
  /^(?:homo_sapiens|mus_musculus|human|mouse|ucsc|ncbi|ensembl|gencode|(?:fe)?male)[-._ ]+/;
/** NCBI's number of the assembly after its name, as in `GRCh38_no_alt_analysis_set_GCA_000001405.15`. */
const NUMBER_IN_NAME = /(?<=[a-z\d][-._ ])gc[af]_\d{9}(?:\.\d+)?(?![\d.])/;

/** Finds UCSC's name of an assembly that is known by the given name; `undefined` if it is not known. */
export function knownAssembly(name: string): string | undefined {
  const text = name.trim().toLowerCase();
  const [, accession, version] = /^(gc[af]_\d+)\.(\d+)/.exec(text) ?? [];
  if (accession !== undefined) return assemblyOfAccession(accession, Number(version));
  const plain = text.replace(NUMBER_IN_NAME, "");
  return nameOf(plain) ?? nameOf(plain.replace(SPECIES, ""));
}

/** Of other species UCSC's names have this form, such as `susScr11`. */
const UCSC_FORM = /^[a-z]{3}[A-Z][a-z]{2}\d{1,2}$/;

/** Build 37 of NCBI is hg19 of man, and mm9 of mouse, which UCSC calls NCBI37 too. */
const EITHER: readonly (readonly [name: RegExp, assemblies: readonly string[]])[] = [
  [/^ncbi[-._ ]?37$/, ["hg19", "mm9"]],
];

/** The assemblies of which a name may be, if these are several; empty for any other name. */
export function assembliesOf(name: string): readonly string[] {
  const text = name.trim().toLowerCase();
  return EITHER.find(([names]) => names.test(text))?.[1] ?? [];
}

/** UCSC's name of an assembly, also of one that is not known but has such a name: two of these are two assemblies. */
export function ucscName(name: string): string | undefined {
  return knownAssembly(name) ?? (UCSC_FORM.test(name) ? name : undefined);
}

function nameOf(text: string): string | undefined {
  // Look for the longest leading part that is a name; the words after it must be harmless.
  const ends = [...text.matchAll(/[-._ ()]|$/g)].map(({ index }) => index).reverse();
  for (const end of ends) {
    const found = NAMES.find(([, names]) => names.test(text.slice(0, end)));
    if (found === undefined) continue;
    const rest = text.slice(end).split(/[-._+ ()]+/);
    return rest.every((word) => HARMLESS.test(word)) ? found[0] : undefined;
  }
  return undefined;
}

function assemblyOfAccession(accession: string, version: number): string | undefined {
  return ACCESSIONS.find(([of, , from, to]) => of === accession && version >= from && version <= to)
    ?.[1];
}
