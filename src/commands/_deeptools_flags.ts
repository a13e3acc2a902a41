/**
 * deepTools' names for the flags of `prepare`, so that a line for bamCoverage or multiBamSummary needs few changes. Each
 * means what it means there or is refused; `docs/counting.md` has the table.
 */

import { lentThreads } from "../files/lent.ts";
import { AliasError, type FlagAlias, refused, sameAs } from "./_flag_aliases.ts";

/** The kinds of normalisation that deepTools has and this program lacks, with the reason. */
const NORMALISATIONS: Readonly<Record<string, string>> = {
  RPKM: "it is CPM divided by the width of a bin in kb, the same factor everywhere: use CPM",
  BPM: "it divides by the sum over all bins of the genome, and only windows are counted: use CPM",
  RPGC: "it needs the effective size of the genome, and differs from CPM by the same factor " +
    "everywhere: use CPM",
};

function translateNormalisation(value = ""): readonly string[] {
  if (value.toUpperCase() === "CPM") return ["--normalise=rpm"];
  if (value.toLowerCase() === "none") return ["--normalise=none"];
  const why = NORMALISATIONS[value.toUpperCase()];
  throw new AliasError(why ?? "expected CPM or None");
}

function translateProcessors(value = ""): readonly string[] {
  const cores = lentThreads();
  if (value === "max") return [`--threads=${cores}`];
  if (value === "max/2") return [`--threads=${Math.max(1, Math.floor(cores / 2))}`];
  return [`--threads=${value}`];
}

/** deepTools' flags about counting. */
const DEEPTOOLS_COUNT_FLAGS: readonly FlagAlias[] = [
  sameAs("--bin-size", ["--binSize", "-bs"]),
  sameAs("--exclude-flags", ["--samFlagExclude"]),
  sameAs("--min-mapping-quality", ["--minMappingQuality"]),
  sameAs("--blacklist", ["--blackListFileName", "-bl"]),
  {
    names: ["--extendReads", "-e"],
    value: "perhaps",
    does: "--extend with a length, --fragments without",
    translate: (value) => value === undefined ? ["--fragments"] : [`--extend=${value}`],
  },
  {
    names: ["--normalizeUsing"],
    value: "always",
    does: "--normalise rpm for CPM, none for None; RPKM, BPM and RPGC are refused",
    translate: translateNormalisation,
  },
  {
    names: ["--numberOfProcessors", "-p"],
    value: "always",
    does: "--threads, also max and max/2",
    translate: translateProcessors,
  },
  refused(["--samFlagInclude"], {
    why: "reads are chosen by the flags that they must not have: use --exclude-flags, or " +
      "--fragments for proper pairs",
  }),
  refused(["--ignoreDuplicates"], {
    value: "never",
    why:
      "it drops reads that start at the same base; here reads marked as duplicates are left out " +
      "unless --exclude-flags says otherwise: mark them with samtools markdup",
  }),
  refused(["--centerReads"], {
    value: "never",
    why: "reads count on all bases that they cover: use --extend or --fragments",
  }),
  refused(["--smoothLength"], { why: "bins are not smoothed" }),
  refused(["--scaleFactor"], {
    why: "counts are not multiplied by factors: use --normalise rpm",
  }),
  refused(["--effectiveGenomeSize"], { why: "it serves RPGC: use --normalise rpm" }),
  refused(["--minFragmentLength"], { why: "fragments of all lengths up to 10,000 bp are counted" }),
  refused(["--maxFragmentLength"], { why: "fragments of all lengths up to 10,000 bp are counted" }),
];

function translateReferencePoint(value = ""): readonly string[] {
  if (value === "TSS") return [];
  if (value === "center") {
    throw new AliasError("the middles of intervals are what --windows is for: give it their file");
  }
  throw new AliasError("windows are centred on starts of transcription, or given by --windows");
}

/**
 * deepTools' flags about regions. Windows reach equally far to either side, so that the two halves of computeMatrix must
 * both be given and be equal.
 */
const DEEPTOOLS_REGION_FLAGS: readonly FlagAlias[] = [
  sameAs("--genes", ["--regionsFileName", "-R"]),
  sameAs("--out", ["--outFileName", "-out", "-o"]),
  {
    ...sameAs("--half-width", ["--beforeRegionStartLength", "--upstream", "-b"]),
    needs: ["--afterRegionStartLength", "--downstream", "-a"],
  },
  {
    ...sameAs("--half-width", ["--afterRegionStartLength", "--downstream", "-a"]),
    needs: ["--beforeRegionStartLength", "--upstream", "-b"],
  },
  {
    names: ["--referencePoint"],
    value: "always",
    does: "TSS is what --genes does; for center give the regions to --windows; TES is refused",
    translate: translateReferencePoint,
  },
  refused(["--regionBodyLength", "-m"], {
    why:
      "regions are not scaled to one length: windows around the TSS have the same size for all genes",
  }),
  refused(["--metagene"], {
    value: "never",
    why: "introns are not cut out: windows are stretches of the genome",
  }),
  refused(["--scoreFileName", "-S", "--bamfiles"], {
    why: "files, with their marks and cell types, stand in a sample sheet: --samples",
  }),
  refused(["--skipZeros"], {
    value: "never",
    why: "genes without signal stay, since models learn from them",
  }),
  refused(["--sortRegions"], { why: "genes stay in the order of their file" }),
];

/** All flags of deepTools that `prepare` knows. */
export const DEEPTOOLS_FLAGS: readonly FlagAlias[] = [
  ...DEEPTOOLS_COUNT_FLAGS,
  ...DEEPTOOLS_REGION_FLAGS,
];
