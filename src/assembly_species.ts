/** The species of genome assemblies. Names are those of records: UCSC's where it has one. */

/** Builds of one species' genome, in lower case. */
const BUILDS: Readonly<Record<string, readonly string[]>> = {
  human: [
    "hg16",
    "hg17",
    "hg18",
    "hg19",
    "hg38",
    "hs1",
    "grch37",
    "grch38",
    "t2t-chm13v2.0",
    "chm13",
  ],
  mouse: ["mm8", "mm9", "mm10", "mm39", "grcm38", "grcm39"],
  rat: ["rn4", "rn5", "rn6", "rn7", "rn8"],
  zebrafish: ["danrer7", "danrer10", "danrer11", "grcz10", "grcz11"],
  "fruit fly": ["dm3", "dm6", "bdgp5", "bdgp6"],
  "C. elegans": ["ce6", "ce10", "ce11", "wbcel235"],
  yeast: ["saccer2", "saccer3", "r64-1-1"],
  pig: ["susscr3", "susscr11"],
  cow: ["bostau7", "bostau8", "bostau9"],
  chicken: ["galgal4", "galgal5", "galgal6"],
  dog: ["canfam3", "canfam4", "canfam6"],
  "rhesus macaque": ["rhemac8", "rhemac10"],
  chimpanzee: ["pantro4", "pantro5", "pantro6"],
};

const SPECIES = new Map(
  Object.entries(BUILDS).flatMap(([species, builds]) =>
    builds.map((build) => [build, species] as const)
  ),
);

/** Finds the species of an assembly; `undefined` if it is not known. */
export function speciesOfAssembly(assembly: string): string | undefined {
  return SPECIES.get(assembly.toLowerCase());
}
