import { formatCount } from "../../base/count.ts";
import type { SampleColumns } from "../../io/columns.ts";
import { signalOfRow } from "../../io/stored_rows.ts";
import { geneGroupKey, geneKey } from "../../gene_id.ts";
import type { Gene } from "../gene.ts";
import { listGeneDetails } from "./_describe.ts";
import { centreEnrichment } from "./_shape.ts";
import type { Finding } from "./finding.ts";
import { skipIfFewer, type SkippedCheck } from "./skipped_check.ts";
import { countFunction } from "./_counts.ts";

const LEAST_GENES = 50;
/** A mean asymmetry has a direction if it is at least this many standard errors from zero. */
const LEAST_SCORE = 4;

/** The mean signal of the genes on one strand. */
interface StrandProfile {
  readonly genes: number;
  /** Mean H3K4me3, `[bin]`. */
  readonly promoter: Float64Array;
  /** Mean of (right − left) / (right + left) of H3K36me3, in standard errors. */
  readonly score: number;
}

/**
 * Compares genes of the two strands. H3K36me3 lies in the gene's body, downstream of the TSS (Barski et al. 2007,
 * Cell 129:823), so in genomic orientation it leans right on the plus strand and left on the minus strand, and in
 * transcript orientation right on both. If only the minus strand lacks the promoter's H3K4me3, its TSS was taken at the
 * wrong end. Strands come from `genes`, or else from the data. Limits: needs 50 genes of each strand and a clear lean;
 * otherwise it reports nothing.
 */
export function checkStrandOrientation(
  columns: SampleColumns,
  genes: readonly Gene[] | undefined,
): Finding[] {
  const strands = strandsOf(columns, genes);
  const plus = profileOf(columns, strands.map((strand) => strand === "+"));
  const minus = profileOf(columns, strands.map((strand) => strand === "-"));
  if (2 * (plus.genes + minus.genes) < columns.genes.length) {
    return genes === undefined ? [] : [{
      check: "strand-orientation",
      severity: "note",
      where: "genes",
      message: `the file of genes has ${formatCount(plus.genes + minus.genes)} of the data's ${
        formatCount(columns.genes.length)
      } genes`,
      advice: "Name the file of genes that the data were prepared with.",
    }];
  }
  if (plus.genes < LEAST_GENES || minus.genes < LEAST_GENES) return [];
  return [...findWrongStarts(plus, minus), ...findWrongDirection(columns, plus, minus)];
}

/** Lists the checks that {@linkcode checkStrandOrientation} had to skip although strands are known. */
export function skippedStrandOrientation(
  columns: SampleColumns,
  genes: readonly Gene[] | undefined,
): SkippedCheck[] {
  const strands = strandsOf(columns, genes);
  const count = (sign: "+" | "-") => strands.filter((strand) => strand === sign).length;
  const [plus, minus] = [count("+"), count("-")];
  // Without strands there is nothing to check, however many genes there are.
  if (2 * (plus + minus) < strands.length) return [];
  const [least, sign] = plus < minus ? [plus, "plus"] : [minus, "minus"];
  return skipIfFewer({
    check: "strand-orientation",
    what: "orientation",
    least: LEAST_GENES,
    noun: "gene",
    place: `on the ${sign} strand`,
  }, least);
}

/** Whether data hold the strands of most of their genes, so that a file of genes is not needed. */
export function hasStrands(columns: SampleColumns): boolean {
  const known = strandsOf(columns, undefined).filter((strand) => strand !== undefined);
  return 2 * known.length >= columns.genes.length;
}

/** Finds the strand of each gene in the data: from the file of genes if there is one, or else from the data. */
function strandsOf(
  columns: SampleColumns,
  genes: readonly Gene[] | undefined,
): ("+" | "-" | undefined)[] {
  if (genes === undefined) {
    const details = listGeneDetails(columns);
    return columns.genes.map((_, gene) => details[gene]?.strand);
  }
  const strands = new Map(genes.map(({ id, strand }) => [geneKey(id), strand]));
  // Transcripts and windows have the strand of their gene.
  return columns.genes.map((id, gene) =>
    strands.get(geneKey(id)) ?? strands.get(geneGroupKey(id, columns.geneDetails?.[gene]))
  );
}

function findWrongStarts(plus: StrandProfile, minus: StrandProfile): Finding[] {
  const [right, wrong] = [centreEnrichment(plus.promoter), centreEnrichment(minus.promoter)];
  if (!(right >= 2 && wrong < right / 3)) return [];
  return [{
    check: "strand-orientation",
    severity: "warning",
    where: `${formatCount(minus.genes)} genes on the minus strand`,
    message: `H3K4me3 rises ${wrong.toFixed(1)} times at their TSS, on the plus strand ${
      right.toFixed(1)
    } times`,
    advice:
      "The TSS was most likely taken at the start of genes on both strands, but on the minus strand it " +
      "is at the end. Prepare the data again.",
  }];
}

function findWrongDirection(
  { record: { orientation } }: SampleColumns,
  plus: StrandProfile,
  minus: StrandProfile,
): Finding[] {
  if (plus.score < LEAST_SCORE || Math.abs(minus.score) < LEAST_SCORE) return [];
  const looksLike = minus.score > 0 ? "transcript" : "genomic";
  if (looksLike === orientation) return [];
  return [{
    check: "strand-orientation",
    severity: "warning",
    where: `${formatCount(minus.genes)} genes on the minus strand`,
    message:
      `H3K36me3 leans ${
        minus.score > 0 ? "right" : "left"
      } on the minus strand, as in ${looksLike} ` +
      `orientation; the record says ${orientation}`,
    advice: `Read the data with a record of orientation ${looksLike}, or prepare them again with ` +
      `--orientation ${orientation}.`,
  }];
}

function profileOf(columns: SampleColumns, chosen: readonly boolean[]): StrandProfile {
  const promoter = new Float64Array(columns.bins);
  const leans = addProfiles(columns, { chosen, promoter });
  return { genes: chosen.filter(Boolean).length, promoter, score: standardScore(leans) };
}

/** Adds up H3K4me3, `[bin]`, and lists how H3K36me3 leans in each sample. */
function addProfiles(
  columns: SampleColumns,
  { chosen, promoter }: { readonly chosen: readonly boolean[]; readonly promoter: Float64Array },
): number[] {
  const { signal, geneIndex, bins, record: { marks } } = columns;
  const toCount = countFunction(columns);
  const promoterMark = marks.indexOf("H3K4me3");
  const bodyMark = marks.indexOf("H3K36me3");
  const leans: number[] = [];
  for (const [row, gene] of geneIndex.entries()) {
    if (!chosen[gene]) continue;
    const own = signalOfRow(signal, row, bins * marks.length);
    let [left, right] = [0, 0];
    for (let bin = 0; bin < bins; bin++) {
      const at = bin * marks.length;
      if (promoterMark >= 0) promoter[bin]! += toCount(own[at + promoterMark]!);
      if (bodyMark < 0) continue;
      const body = toCount(own[at + bodyMark]!);
      if (2 * bin < bins) left += body;
      else right += body;
    }
    if (left + right > 0) leans.push((right - left) / (right + left));
  }
  return leans;
}

/** The mean divided by its standard error; 0 if there are too few values. */
function standardScore(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const error = Math.sqrt(squares / (values.length - 1) / values.length);
  return error === 0 ? 0 : mean / error;
}
