/** Moves the windows of genes to the starts of their transcripts. */

import { ContractError } from "../errors.ts";
import { CANONICAL_TAGS } from "./_canonical_tag.ts";
import { GeneList } from "./_gene_list.ts";
import type { GeneReport } from "./_gene_report.ts";
import type { Gene } from "./gene.ts";
import type { TranscriptStart, TranscriptStarts } from "./_transcript_starts.ts";

/** What {@linkcode moveToCanonical} needs besides the genes. */
export interface MoveOptions {
  /** The transcripts of the genes. */
  readonly starts: TranscriptStarts;
  /** Name of the file, for messages. */
  readonly file: string;
  /** Where genes are counted that are left out. */
  readonly report: GeneReport;
}

/** What {@linkcode takeTranscripts} needs besides the genes. */
export interface TakeTranscriptsOptions extends MoveOptions {
  /** Where transcripts are counted that could not be used unchanged. */
  readonly transcriptReport: GeneReport;
}

/**
 * Moves each gene's TSS to the start of its canonical transcript. Genes without one are left out: what stands for them
 * instead would be a guess.
 *
 * @throws {ContractError} If no gene has a canonical transcript.
 */
export function moveToCanonical(
  genes: readonly Gene[],
  { starts, file, report }: MoveOptions,
): Gene[] {
  const transcriptsOf = starts.byId();
  const moved: Gene[] = [];
  let ambiguous = 0;
  for (const gene of genes) {
    const [tss, other] = canonicalStarts(gene, transcriptsOf(gene.id));
    const example = `"${gene.id}" (line ${gene.line})`;
    if (tss === undefined) {
      report.leaveOut(`without a transcript that is tagged ${CANONICAL_TAGS}`, example);
    } else if (other !== undefined) {
      ambiguous++;
      report.leaveOut("whose canonical transcripts start at several places", example);
    } else moved.push({ ...gene, tss });
  }
  if (moved.length > 0 || genes.length === 0) return moved;
  const found = ambiguous === 0
    ? `none of its transcripts is tagged ${CANONICAL_TAGS}`
    : "none of its genes has canonical transcripts that start at one place";
  throw new ContractError(
    `Cannot take the TSS of canonical transcripts from ${file}: ${found}. Newer releases of Ensembl, GENCODE and ` +
      "RefSeq have these tags: take one of the same assembly, or the TSS of genes",
  );
}

/** The starts of the transcripts with a gene's most telling tag. */
function canonicalStarts(gene: Gene, transcripts: readonly TranscriptStart[]): number[] {
  const tagged = transcripts.filter((row) => isAtGene(row, gene) && row.rank !== undefined);
  const best = tagged.reduce((least, { rank = Infinity }) => Math.min(least, rank), Infinity);
  return [...new Set(tagged.filter(({ rank }) => rank === best).map(startOf))];
}

/**
 * Makes a sample of each transcript of the genes. It keeps its gene's facts, and the gene's id as `gene`.
 *
 * @throws {ContractError} If no gene has a transcript.
 */
export function takeTranscripts(genes: readonly Gene[], options: TakeTranscriptsOptions): Gene[] {
  const { starts, file, report, transcriptReport } = options;
  const transcriptsOf = starts.byId();
  const list = new GeneList({ file, report: transcriptReport });
  const geneOf = new Map(genes.map((gene) => [gene.id, gene]));
  for (const gene of genes) {
    const own = transcriptsOf(gene.id).filter((row) => isAtGene(row, gene));
    if (own.length === 0) {
      report.leaveOut("without a transcript", `"${gene.id}" (line ${gene.line})`);
    }
    for (const { transcript: id, rank: _, ...place } of own) {
      const { symbol, entrezId, type, chromosomeAlias } = gene;
      list.add({ id, gene: gene.id, symbol, entrezId, type, ...place, chromosomeAlias });
    }
  }
  if (list.lines === 0) {
    throw new ContractError(
      `Cannot take every transcript of ${file}: none of its genes has a transcript, expected lines of transcripts ` +
        "or exons that name their gene",
    );
  }
  if (starts.areOwnGenes) {
    throw new ContractError(
      `Cannot take every transcript of ${file}: each has its own id in the place of its gene's, so that splits would ` +
        "train and judge on the same gene, expected a file that names the genes",
    );
  }
  const transcripts = list.finish();
  noteSharedStarts(transcripts, transcriptReport);
  // Aliases are those of the gene, so several transcripts have the same.
  return transcripts.map((transcript) => {
    const aliases = geneOf.get(transcript.gene ?? "")?.aliases;
    return aliases === undefined ? transcript : { ...transcript, aliases };
  });
}

/** Counts transcripts whose window is that of another transcript of their gene. */
export function noteSharedStarts(transcripts: readonly Gene[], report: GeneReport): void {
  const seen = new Set<string>();
  for (const { id, gene = id, chromosome, tss, strand, line } of transcripts) {
    const key = [gene, chromosome, tss, strand].join("\t");
    if (seen.has(key)) {
      report.note(
        "took",
        "with the start of another transcript of their gene",
        `"${id}" (line ${line})`,
      );
    }
    seen.add(key);
  }
}

/** A gene may have copies elsewhere, whose transcripts are not those of the place that was chosen. */
function isAtGene(row: TranscriptStart, { chromosome, strand }: Gene): boolean {
  return row.chromosome === chromosome && row.strand === strand && row.start < row.end;
}

function startOf({ strand, start, end }: TranscriptStart): number {
  return strand === "-" ? end - 1 : start;
}
