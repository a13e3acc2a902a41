import { field, numberWithin, readValue, text } from "../base/field.ts";
import { arrayOf, object } from "../base/fields.ts";
import { FormatError } from "../errors.ts";

/**
 * How far each gene's expression lies above or below what a network predicts from its signal, in any cell type: a mean
 * of all genes and a random effect of each, shrunk towards zero. Plain data.
 */
export interface GeneEffects {
  /** Ids of the genes, each once. */
  readonly genes: readonly string[];
  /** Effect of each gene, `[gene]`, in the label's unit; exact in float32. */
  readonly effects: Float32Array<ArrayBuffer>;
  /**
   * Mean difference between labels and the network's predictions, over all genes, in the label's unit; added for a gene
   * without an effect too.
   */
  readonly mean: number;
  /** Variance of the effects over genes, before shrinking; in the label's unit, squared. */
  readonly betweenVariance: number;
  /** Variance of the network's errors within a gene, over cell types; in the label's unit, squared. */
  readonly withinVariance: number;
}

/** A number that is finite in float32 too. */
const EFFECT = field<number>(
  (value) => typeof value === "number" && Number.isFinite(Math.fround(value)),
  "a finite number",
);
const FINITE = field<number>(Number.isFinite, "a finite number");

const EFFECTS = object({
  genes: arrayOf(text, { items: "ids", distinct: true }),
  effects: arrayOf(EFFECT, { items: "numbers" }),
  mean: FINITE,
  betweenVariance: numberWithin({ least: 0 }),
  withinVariance: numberWithin({ least: 0 }),
}, { others: "leave out" });

/**
 * Turns effects into plain arrays and numbers, for JSON.
 *
 * @param effects The effects.
 * @returns The same with plain arrays.
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
 * @returns The effects.
 * @throws {FormatError} If it is damaged.
 */
export function parseGeneEffects(value: unknown, file: string): GeneEffects {
  const fail = (found: string): never => {
    throw new FormatError(`Cannot load model: ${found}`, { file });
  };
  const read = readValue(value, EFFECTS, { place: "geneEffects", fail });
  const { genes, effects } = read;
  if (effects.length !== genes.length) {
    fail(`geneEffects.effects has ${effects.length} values, expected ${genes.length}`);
  }
  return { ...read, effects: Float32Array.from(effects) };
}
