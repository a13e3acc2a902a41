import { formatCount } from "../../base/count.ts";
import type { SampleColumns } from "../../io/columns.ts";
import { signalOfRow } from "../../io/stored_rows.ts";
import { describeGenes, describePlace, groupByMark } from "./_describe.ts";
import { biologyOf, LEAST_WINDOW_BP } from "./_marks.ts";
import { centreEnrichment } from "./_shape.ts";
import { centreBins, type TrackStatistics } from "./_statistics.ts";
import type { Finding } from "./finding.ts";
import { skipIfFewer, skipIfFewGenes, type SkippedCheck } from "./skipped_check.ts";

/** The mean of fewer genes may be flat by accident. */
const LEAST_SAMPLES = 20;
/** Least number of genes for marks that rise less than H3K4me3. */
const LEAST_SAMPLES_OF_OTHERS = 200;
/** A profile needs this many values above zero to have a shape. */
const LEAST_POSITIVE = 500;
/** If more than this share of genes lacks signal, they are not just the few genes to which reads cannot be mapped. */
const LARGE_SHARE = 0.01;

/**
 * Finds genes without signal of any mark in any cell type, and marks without the signal around the TSS that they have
 * in every cell: a peak of H3K4me3, and some of every other mark. Genes that lack signal only in the fifth of the
 * window around their TSS are reported if they are more than 1% of all genes.
 */
export function checkPromoterSignal(
  columns: SampleColumns,
  tracks: readonly TrackStatistics[],
): Finding[] {
  return [...findSilentGenes(columns), ...findFlatPromoters(tracks, columns.record.binSizeBp)];
}

/** Lists the checks that {@linkcode checkPromoterSignal} had to skip. */
export function skippedPromoterSignal(
  tracks: readonly TrackStatistics[],
  binSizeBp: number,
): SkippedCheck[] {
  const check = "promoter-signal";
  const promoters = tracks.filter(({ mark }) => mark === "H3K4me3");
  const others = tracks.filter(({ mark }) => mark !== "H3K4me3");
  const what = "other marks at promoters";
  const [other] = others;
  const few = skipIfFewGenes({ check, what, least: LEAST_SAMPLES_OF_OTHERS }, others);
  return [
    ...skipIfFewGenes({ check, what: "H3K4me3 at promoters", least: LEAST_SAMPLES }, promoters),
    ...few,
    ...(few.length > 0 || other === undefined ? [] : skipIfFewer(
      { check, what, least: LEAST_WINDOW_BP, noun: "base pair" },
      other.profile.length * binSizeBp,
    )),
  ];
}

function findSilentGenes(columns: SampleColumns): Finding[] {
  const { genes, bins } = columns;
  const atPromoter = genesWithoutSignal(columns, centreBins(bins));
  const anywhere = genesWithoutSignal(columns, [0, bins]);
  const isLarge = atPromoter.length > LARGE_SHARE * genes.length;
  const [silent, where] = isLarge ? [atPromoter, " around their TSS"] : [anywhere, ""];
  if (silent.length === 0) return [];
  const whole = isLarge && anywhere.length > 0
    ? `; ${formatCount(anywhere.length)} lack signal in the whole window`
    : "";
  return [{
    check: "promoter-signal",
    severity: isLarge ? "warning" : "note",
    where: `gene ${describeGenes(columns, silent)}`,
    message:
      `${formatCount(silent.length)} of ${
        formatCount(genes.length)
      } genes have no signal of any mark${where} in any ` +
      `cell type${whole}`,
    advice:
      "Are they on chromosomes that the files lack, or where reads cannot be mapped? Leave them out.",
  }];
}

/** Finds the indices of the genes whose signal is zero from one bin to another in all marks and cell types. */
function genesWithoutSignal(
  { signal, genes, geneIndex, bins, record: { marks } }: SampleColumns,
  [firstBin, endBin]: readonly [number, number],
): number[] {
  const size = bins * marks.length;
  const hasSignal = new Uint8Array(genes.length);
  for (const [row, gene] of geneIndex.entries()) {
    if (hasSignal[gene] === 1) continue;
    const own = signalOfRow(signal, row, size);
    const end = endBin * marks.length;
    for (let at = firstBin * marks.length; at < end && hasSignal[gene] === 0; at++) {
      if (own[at] !== 0) hasSignal[gene] = 1;
    }
  }
  return [...genes.keys()].filter((gene) => hasSignal[gene] === 0);
}

function findFlatPromoters(tracks: readonly TrackStatistics[], binSizeBp: number): Finding[] {
  const flat = tracks.filter(({ mark, profile, samples, mean, positive }) => {
    const hasShape = mark === "H3K4me3"
      ? samples >= LEAST_SAMPLES
      : samples >= LEAST_SAMPLES_OF_OTHERS && positive >= LEAST_POSITIVE &&
        profile.length * binSizeBp >= LEAST_WINDOW_BP;
    return hasShape && mean > 0 &&
      !(centreEnrichment(profile) >= biologyOf(mark).leastEnrichment);
  });
  return Array.from(groupByMark(flat), ([mark, found]) => {
    const { leastEnrichment } = biologyOf(mark);
    return {
      check: "promoter-signal",
      severity: "warning",
      where: describePlace(mark, found),
      message:
        `${mark} is ${
          centreEnrichment(found[0].profile).toFixed(1)
        } times as high around the TSS as at the window's ends, expected ` +
        (mark === "H3K4me3" ? "several times" : `${leastEnrichment} times or more`),
      advice:
        "Are genes and files of the same assembly, is the TSS the gene's 5' end, did the experiment " +
        "work, and is it this mark?",
    };
  });
}
