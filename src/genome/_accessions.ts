/** Accession numbers of NCBI: the chromosome, species and assembly that each stands for. */

/** The meaning of an accession number. */
export interface Accession {
  readonly species: "human" | "mouse";
  /** Number or letter of the chromosome, `MT` for the mitochondrial genome. */
  readonly chromosome: string;
  /** UCSC's name of the chromosome's assembly; `undefined` where several assemblies share the sequence. */
  readonly assembly?: string | undefined;
}

/** Consecutive accession numbers, one for each chromosome, in the order of the chromosomes. */
interface AccessionRun {
  readonly species: Accession["species"];
  readonly prefix: string;
  readonly first: number;
  /** Whether the numbers go down from chromosome to chromosome. */
  readonly descending?: boolean;
  /** Assemblies, oldest first. Each brings a new version of every chromosome's sequence. */
  readonly assemblies: readonly string[];
  /** The chromosomes' versions in the first assembly. */
  readonly firstVersions: readonly number[];
}

function numbered(autosomes: number): string[] {
  return [...Array.from({ length: autosomes }, (_, i) => String(i + 1)), "X", "Y"];
}

/** Names of the chromosomes of each species, in the order of their numbers. */
export const CHROMOSOMES: Readonly<Record<Accession["species"], readonly string[]>> = {
  human: numbered(22),
  mouse: numbered(19),
};

const [HUMAN_OLD, MOUSE_OLD] = [["hg18", "hg19", "hg38"], ["mm9", "mm10", "mm39"]];

/** Read from the assemblies' reports at NCBI. */
const RUNS: readonly AccessionRun[] = [
  {
    species: "human",
    prefix: "NC_",
    first: 1,
    assemblies: HUMAN_OLD,
    // deno-fmt-ignore
    firstVersions: [
      9, 10, 10, 10, 8, 10, 12, 9, 10, 9, 8, 10, 9, 7, 8, 8, 9, 8, 8, 9, 7, 9, 9, 8,
    ],
  },
  {
    species: "human",
    prefix: "CM",
    first: 663,
    assemblies: HUMAN_OLD.slice(1),
    firstVersions: CHROMOSOMES.human.map(() => 1),
  },
  {
    species: "human",
    prefix: "NC_",
    first: 60925,
    assemblies: ["hs1"],
    firstVersions: CHROMOSOMES.human.map(() => 1),
  },
  {
    species: "human",
    prefix: "CP",
    first: 68277,
    descending: true,
    assemblies: ["hs1"],
    // The number of chromosome Y is not in this run but in SINGLE.
    firstVersions: CHROMOSOMES.human.slice(0, -1).map(() => 2),
  },
  {
    species: "mouse",
    prefix: "NC_",
    first: 67,
    assemblies: MOUSE_OLD,
    firstVersions: [5, 6, ...Array.from({ length: 17 }, () => 5), 6, 6],
  },
  {
    species: "mouse",
    prefix: "CM",
    first: 994,
    assemblies: MOUSE_OLD,
    firstVersions: CHROMOSOMES.mouse.map(() => 1),
  },
];

const SINGLE: Readonly<Record<string, Accession>> = {
  NC_012920: { species: "human", chromosome: "MT" },
  J01415: { species: "human", chromosome: "MT" },
  NC_005089: { species: "mouse", chromosome: "MT" },
  AY172335: { species: "mouse", chromosome: "MT" },
  CP086569: { species: "human", chromosome: "Y", assembly: "hs1" },
};

/** Finds the plain name of a chromosome, such as `1`, without `chr` and not as an accession number. */
export function plainChromosome(
  place: { readonly chromosome: string; readonly chromosomeAlias?: string | undefined },
): string {
  const { chromosome, chromosomeAlias } = place;
  return readAccession(chromosome)?.chromosome ??
    (chromosomeAlias ?? chromosome).replace(/^chr/i, "");
}

/**
 * Reads the accession number of a human or mouse chromosome, such as `NC_000001.11` or `CM000663.2`. Returns
 * `undefined` for any other name.
 */
export function readAccession(name: string): Accession | undefined {
  const match = /^((NC_|CM|CP|J|AY)(\d{5,6}))(?:\.(\d+))?$/.exec(name);
  if (match === null) return undefined;
  const [, accession = "", prefix, number, version] = match;
  if (Object.hasOwn(SINGLE, accession)) return SINGLE[accession];
  for (const run of RUNS) {
    const index = run.descending ? run.first - Number(number) : Number(number) - run.first;
    const firstVersion = run.firstVersions[index];
    const chromosome = CHROMOSOMES[run.species][index];
    if (run.prefix !== prefix || firstVersion === undefined || chromosome === undefined) continue;
    const assembly = run.assemblies[Number(version) - firstVersion];
    return { species: run.species, chromosome, assembly };
  }
  return undefined;
}
