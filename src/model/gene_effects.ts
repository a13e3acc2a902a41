import { showValue } from "../base/show_value.ts";
import { FormatError } from "../errors.ts";

/**
 * What each gene's expression is above or below what a network reads from its signal, in any cell type: a mean of all
 * genes and a random effect of each, shrunk towards zero. Plain data.
 */
export interface GeneEffects {
  /** Ids of the genes, each once. */
  readonly genes: readonly string[];
  /** Effect of each gene, `[gene]`, in the label's unit; exact in float32. */
  readonly effects: Float32Array<ArrayBuffer>;
  /** What the network leaves of all genes, in the label's unit; added for a gene without an effect as well. */
  readonly mean: number;
  /** Variance of the effects over genes, before shrinking; in the label's unit, squared. */
  readonly betweenVariance: number;
  /** Variance of the network's errors within a gene, over cell types; likewise. */
  readonly withinVariance: number;
}

/**
 * Turns effects into what JSON can hold.
 *
 * @param effects The effects.
 */
export function encodeGeneEffects(effects: GeneEffects): Record<string, unknown> {
  // 9 digits tell any two float32 values apart.
  return { ...effects, effects: Array.from(effects.effects, (value) => +value.toPrecision(9)) };
}

/**
 * Reads what {@linkcode encodeGeneEffects} made.
 *
 * @param value From JSON.
 * @param file Name of the file, for messages.
 * @throws {FormatError} If it is damaged.
 */
export function parseGeneEffects(value: unknown, file: string): GeneEffects {
  const { genes, effects, mean, betweenVariance, withinVariance } = Object(value);
  const refuse = (what: string) =>
    new FormatError(`Cannot load model: geneEffects.${what}`, { file });
  if (!Array.isArray(genes) || !genes.every((gene) => typeof gene === "string")) {
    throw refuse("genes is wrong, expected an array of ids");
  }
  if (new Set(genes).size !== genes.length) {
    throw refuse("genes has an id twice, expected each once");
  }
  if (!Array.isArray(effects)) throw refuse("effects is wrong, expected an array of numbers");
  if (effects.length !== genes.length) {
    throw refuse(`effects has ${effects.length} values, expected ${genes.length}`);
  }
  if (
    !effects.every((effect) => typeof effect === "number" && Number.isFinite(Math.fround(effect)))
  ) {
    throw refuse("effects is wrong, expected finite numbers");
  }
  if (!Number.isFinite(mean)) throw refuse(`mean is ${showValue(mean)}, expected a finite number`);
  for (const [name, variance] of Object.entries({ betweenVariance, withinVariance })) {
    if (!(Number.isFinite(variance) && variance >= 0)) {
      throw refuse(`${name} is ${showValue(variance)}, expected a number >= 0`);
    }
  }
  return { genes, effects: Float32Array.from(effects), mean, betweenVariance, withinVariance };
}
