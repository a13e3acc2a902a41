/** Lengths of the chromosomes of human and mouse assemblies, for files that do not tell them. */

import { chromosomeMatcher, type Contig } from "./chromosomes.ts";

/**
 * Lengths in base pairs: the numbered chromosomes in order, then X, Y and the mitochondrial genome. From
 * `chrom.sizes` at UCSC, which are the assemblies' own. The mitochondrial genome of hg18 and hg19 has 16,571 bp at
 * UCSC and 16,569 elsewhere: the longer, so that no read is lost.
 */
const LENGTHS: Readonly<Record<string, readonly number[]>> = {
  hg18: [
    ...[247_249_719, 242_951_149, 199_501_827, 191_273_063, 180_857_866, 170_899_992],
    ...[158_821_424, 146_274_826, 140_273_252, 135_374_737, 134_452_384, 132_349_534],
    ...[114_142_980, 106_368_585, 100_338_915, 88_827_254, 78_774_742, 76_117_153],
    ...[63_811_651, 62_435_964, 46_944_323, 49_691_432, 154_913_754, 57_772_954, 16_571],
  ],
  hg19: [
    ...[249_250_621, 243_199_373, 198_022_430, 191_154_276, 180_915_260, 171_115_067],
    ...[159_138_663, 146_364_022, 141_213_431, 135_534_747, 135_006_516, 133_851_895],
    ...[115_169_878, 107_349_540, 102_531_392, 90_354_753, 81_195_210, 78_077_248],
    ...[59_128_983, 63_025_520, 48_129_895, 51_304_566, 155_270_560, 59_373_566, 16_571],
  ],
  hg38: [
    ...[248_956_422, 242_193_529, 198_295_559, 190_214_555, 181_538_259, 170_805_979],
    ...[159_345_973, 145_138_636, 138_394_717, 133_797_422, 135_086_622, 133_275_309],
    ...[114_364_328, 107_043_718, 101_991_189, 90_338_345, 83_257_441, 80_373_285],
    ...[58_617_616, 64_444_167, 46_709_983, 50_818_468, 156_040_895, 57_227_415, 16_569],
  ],
  hs1: [
    ...[248_387_328, 242_696_752, 201_105_948, 193_574_945, 182_045_439, 172_126_628],
    ...[160_567_428, 146_259_331, 150_617_247, 134_758_134, 135_127_769, 133_324_548],
    ...[113_566_686, 101_161_492, 99_753_195, 96_330_374, 84_276_897, 80_542_538],
    ...[61_707_364, 66_210_255, 45_090_682, 51_324_926, 154_259_566, 62_460_029, 16_569],
  ],
  mm9: [
    ...[197_195_432, 181_748_087, 159_599_783, 155_630_120, 152_537_259, 149_517_037],
    ...[152_524_553, 131_738_871, 124_076_172, 129_993_255, 121_843_856, 121_257_530],
    ...[120_284_312, 125_194_864, 103_494_974, 98_319_150, 95_272_651, 90_772_031],
    ...[61_342_430, 166_650_296, 15_902_555, 16_299],
  ],
  mm10: [
    ...[195_471_971, 182_113_224, 160_039_680, 156_508_116, 151_834_684, 149_736_546],
    ...[145_441_459, 129_401_213, 124_595_110, 130_694_993, 122_082_543, 120_129_022],
    ...[120_421_639, 124_902_244, 104_043_685, 98_207_768, 94_987_271, 90_702_639],
    ...[61_431_566, 171_031_299, 91_744_698, 16_299],
  ],
  mm39: [
    ...[195_154_279, 181_755_017, 159_745_316, 156_860_686, 151_758_149, 149_588_044],
    ...[144_995_196, 130_127_694, 124_359_700, 130_530_862, 121_973_369, 120_092_757],
    ...[120_883_175, 125_139_656, 104_073_951, 98_008_968, 95_294_699, 90_720_763],
    ...[61_420_004, 169_476_592, 91_455_967, 16_299],
  ],
};

/** Names at UCSC of the assemblies whose chromosomes are known. */
export const KNOWN_ASSEMBLIES: readonly string[] = Object.keys(LENGTHS);

/** The chromosomes of an assembly by its name at UCSC; none of one that is not in the list. */
export function knownChromosomes(assembly: string): Required<Contig>[] {
  const lengths = Object.hasOwn(LENGTHS, assembly) ? LENGTHS[assembly] : [];
  const lettered = ["chrX", "chrY", "chrM"];
  const numbered = lengths.length - lettered.length;
  return lengths.map((length, i) => ({
    name: i < numbered ? `chr${i + 1}` : lettered[i - numbered],
    length,
  }));
}

/** What {@linkcode collectChromosomes} takes lengths from. */
export interface ChromosomeSources {
  /** Sequences of all files that name any, with or without their lengths. */
  readonly contigs: Iterable<Contig>;
  /** Name of the assembly at UCSC. */
  readonly assembly: string;
}

/**
 * The chromosomes whose lengths are known: from files that tell them, where two differ by the longer, and for the
 * rest from the assembly.
 */
export function collectChromosomes(
  { contigs, assembly }: ChromosomeSources,
): Required<Contig>[] {
  const lengths = new Map<string, number>();
  for (const { name, length } of contigs) {
    if (length !== undefined) lengths.set(name, Math.max(length, lengths.get(name) ?? 0));
  }
  const match = chromosomeMatcher(lengths.keys());
  for (const { name, length } of knownChromosomes(assembly)) {
    if (match(name) === undefined) lengths.set(name, length);
  }
  return Array.from(lengths, ([name, length]) => ({ name, length }));
}
