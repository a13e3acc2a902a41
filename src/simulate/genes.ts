/**
 * Everything about a gene that is the same in all cell types.
 *
 * @module
 */

import { ensemblGeneId } from "../gene_id.ts";
import { deriveKey, RandomStream } from "../random.ts";
import { COMPETITION_RECORD } from "../record.ts";
import { H3K9ME3, MAPPABILITY, PROMOTERS } from "./mark_parameters.ts";
import { drawSites, effectOfSites } from "./sequence/sites.ts";

/** Number of marks. */
export const MARK_COUNT = COMPETITION_RECORD.marks.length;

/** Number of gene programmes: the rank of the part of the activity that differs between cell types. */
export const PROGRAMME_COUNT = 8;

/** Standard deviation of ln(plasticity). */
export const PLASTICITY_SPREAD = 0.37;

/** The most genes of one kind (training or new) whose ids are distinct. */
export const GENE_ID_LIMIT = 149_995;

/** Smallest prime above twice the limit. Ids are below it, since the numbers of Ensembl's are below about 300,000. */
const ID_PRIME = 299_993;

/** Whether a gene is in train.npz, or in eval.npz only. */
export type GeneKind = "training" | "new";

/** A simulated gene. */
export interface Gene {
  /** An identifier in Ensembl's form. */
  readonly id: string;
  /** Whether train has it. */
  readonly kind: GeneKind;
  /** The number from which the gene's random stream and id are derived. */
  readonly index: number;
  /** 1 if transcription runs along ascending coordinates, −1 if it runs along descending ones. */
  readonly strand: 1 | -1;
  /** Baseline activity, standard normal. */
  readonly baseline: number;
  /** Loadings on the programmes, standard normal. */
  readonly loadings: Float64Array;
  /** The level that the marks do not show, standard normal. */
  readonly hidden: number;
  /** The level of the reference sample that is not the gene's own, standard normal. */
  readonly referenceOwn: number;
  /** How much the gene differs between cell types, compared with others: log-normal with the mean square 1. */
  readonly plasticity: number;
  /** Whether the promoter is in a CpG island. */
  readonly cpgIsland: boolean;
  /** Share of the window to which reads can be mapped. */
  readonly mappability: number;
  /** Standard deviation of the promoter's peak, in base pairs. */
  readonly promoterWidthBp: number;
  /** Distance from the TSS to the end of the transcript, in base pairs. */
  readonly bodyLengthBp: number;
  /** Where a gene stands in the order in which genes get a domain of H3K9me3 as activity falls, from 0 to 1. */
  readonly domainRank: number;
  /** Signal of H3K9me3 that a domain would have, in backgrounds. */
  readonly domainSignal: number;
  /** The logarithm of each mark's gain at this gene, in standard deviations, `[mark]`. */
  readonly gains: Float64Array;
  /** The part of the level that DNA says, with the mean 0 and variance 1 over genes; 0 where no DNA is simulated. */
  readonly regulation: number;
}

/**
 * Makes the first `count` genes of a kind. A gene depends on the seed, its kind and its position only, so
 * a smaller simulation holds the first genes of a larger one.
 */
export function makeGenes(
  seed: number,
  kind: GeneKind,
  { count, sequences }: {
    readonly count: number;
    readonly sequences?: { readonly halfWidthBp: number } | undefined;
  },
): Gene[] {
  const idOf = geneIds(seed);
  const regulationOf = (index: number) =>
    sequences === undefined ? 0 : effectOfSites(drawSites(seed, index, sequences));
  return Array.from({ length: count }, (_, position) => {
    // Training genes have even numbers and new genes odd ones, so that neither depends on the number of the other.
    const index = 2 * position + (kind === "training" ? 0 : 1);
    const stream = new RandomStream(deriveKey(seed, "gene", index));
    const regulation = regulationOf(index);
    return { id: ensemblGeneId(idOf(index)), kind, index, regulation, ...drawAttributes(stream) };
  });
}

function drawAttributes(stream: RandomStream): Omit<Gene, "id" | "kind" | "index" | "regulation"> {
  const baseline = stream.normal();
  const { cpgCorrelation, cpgThreshold, promoterWidthBp, promoterWidthSpread } = PROMOTERS;
  const cpgContent = cpgCorrelation * baseline +
    Math.sqrt(1 - cpgCorrelation ** 2) * stream.normal();
  return {
    strand: stream.uniform() < 0.5 ? 1 : -1,
    baseline,
    loadings: Float64Array.from({ length: PROGRAMME_COUNT }, () => stream.normal()),
    hidden: stream.normal(),
    referenceOwn: stream.normal(),
    plasticity: Math.exp(PLASTICITY_SPREAD * stream.normal() - PLASTICITY_SPREAD ** 2),
    cpgIsland: cpgContent > cpgThreshold,
    mappability: 1 / (1 + Math.exp(-MAPPABILITY.mean - MAPPABILITY.spread * stream.normal())),
    promoterWidthBp: promoterWidthBp * Math.exp(promoterWidthSpread * stream.normal()),
    bodyLengthBp: 10_000 * Math.exp(stream.normal()),
    domainRank: stream.uniform(),
    domainSignal: H3K9ME3.domain * Math.exp(H3K9ME3.domainSpread * stream.normal()),
    gains: Float64Array.from({ length: MARK_COUNT }, () => stream.normal()),
  };
}

/** Makes a seeded one-to-one map from gene numbers to ids from 1: an affine map modulo a prime. */
function geneIds(seed: number): (index: number) => number {
  const stream = new RandomStream(deriveKey(seed, "gene ids"));
  const factor = 1 + stream.below(ID_PRIME - 1);
  const shift = stream.below(ID_PRIME);
  return (index) => 1 + (factor * index + shift) % ID_PRIME;
}
