/**
 * What a model learned from DNA: the filters of its first layer as motifs, in the format of the MEME suite, compared with
 * known ones.
 *
 * Start with {@linkcode filtersOf}, which takes the filters out of a model; {@linkcode findMotifs} finds what they respond
 * to, {@linkcode matchMotif} compares them with known motifs, {@linkcode formatMeme} writes them.
 *
 * @module
 */

export { filtersOf, type SequenceFilters } from "./filters.ts";
export {
  type FilterMotif,
  findMotifs,
  type FindMotifsOptions,
  type FoundMotifs,
  motifsOfWeights,
} from "./find_motifs.ts";
export { type LogoOptions, logoSvg } from "./logo.ts";
export { matchMotif, type MatchMotifOptions, type MotifMatch } from "./match.ts";
export { formatMeme, type FormatMemeOptions, parseMeme, readMeme } from "./meme.ts";
export {
  consensusOf,
  informationBits,
  type Motif,
  reverseComplement,
  UNIFORM_BACKGROUND,
} from "./motif.ts";
