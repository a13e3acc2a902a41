import type { SampleColumns } from "../../io/columns.ts";
import { listSome } from "../_wording.ts";
import { describePlace } from "./_describe.ts";
import { centreEnrichment } from "./_shape.ts";
import type { TrackStatistics } from "./_statistics.ts";
import type { Finding } from "./finding.ts";

/** H3K4me3 is this much higher around the TSS than far from it, at the very least; mostly 5 to 50 times. */
const LEAST_ENRICHMENT = 1.5;
/** A mean of fewer genes may be flat by accident. */
const LEAST_SAMPLES = 20;
/** Share of genes from which the lack of signal is no accident of a few that cannot be mapped. */
const LARGE_SHARE = 0.01;

/**
 * Finds genes without signal of any mark in the fifth of the window around their TSS in all cell types, and cell
 * types where H3K4me3 does not rise at the TSS, as it does in every cell (Barski et al. 2007, Cell 129:823).
 */
export function checkPromoterSignal(
  columns: SampleColumns,
  tracks: readonly TrackStatistics[],
): Finding[] {
  return [...findSilentGenes(columns), ...findFlatPromoters(tracks)];
}

function findSilentGenes(columns: SampleColumns): Finding[] {
  const { signal, genes, geneIndex, bins, record: { marks } } = columns;
  const size = bins * marks.length;
  const from = Math.floor(0.4 * bins) * marks.length;
  const to = Math.ceil(0.6 * bins) * marks.length;
  const hasSignal = new Uint8Array(genes.length);
  for (const [row, gene] of geneIndex.entries()) {
    for (let i = from; i < to && hasSignal[gene] === 0; i++) {
      if (signal[row * size + i] !== 0) hasSignal[gene] = 1;
    }
  }
  const silent = genes.filter((_, gene) => hasSignal[gene] === 0);
  if (silent.length === 0) return [];
  return [{
    check: "promoter-signal",
    severity: silent.length > LARGE_SHARE * genes.length ? "warning" : "note",
    where: `gene ${listSome(silent)}`,
    message:
      `${silent.length} of ${genes.length} genes have no signal of any mark around their TSS`,
    advice:
      "Are they on chromosomes that the files lack, or where no read can be mapped? Leave them out.",
  }];
}

function findFlatPromoters(tracks: readonly TrackStatistics[]): Finding[] {
  const flat = tracks.filter(({ mark, profile, samples, mean }) =>
    mark === "H3K4me3" && samples >= LEAST_SAMPLES && mean > 0 &&
    !(centreEnrichment(profile) >= LEAST_ENRICHMENT)
  );
  if (flat.length === 0) return [];
  const [{ profile }] = flat;
  return [{
    check: "promoter-signal",
    severity: "warning",
    where: describePlace("H3K4me3", flat),
    message:
      `H3K4me3 is ${
        centreEnrichment(profile).toFixed(1)
      } times as high around the TSS as far from ` +
      "it, expected several times",
    advice:
      "Are genes and files of the same assembly, is the TSS the gene's 5' end, did the experiment " +
      "work, and is it this mark?",
  }];
}
