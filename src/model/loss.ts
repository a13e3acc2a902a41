/**
 * The losses that training can minimise, as plain JSON.
 *
 * @module
 */

import { type Field, numberWithin, oneOf, refuse } from "../base/field.ts";
import { object } from "../base/fields.ts";

/**
 * The Huber loss (Huber 1964) of the error e: e² / 2 up to an error of δ, and δ · (|e| − δ / 2) beyond, so that a few
 * labels far off do not rule the others.
 */
export interface HuberLoss {
  /** Discriminator. */
  readonly type: "huber";
  /** δ, in the unit of the labels that the network learns: from 10⁻⁶ to 10⁶. */
  readonly delta: number;
}

/**
 * What training minimises.
 *
 * - `binaryCrossentropy` needs a `sigmoid` at the end and labels 0 or 1.
 * - `rank` compares the samples of a batch in pairs: the cross-entropy between σ(xᵢ − xⱼ), where x are the network's
 *   outputs, and 1, ½ or 0, as label i is above, equal to or below label j (RankNet, Burges et al. 2005). Each sample is
 *   compared with those 1, 2, 4, 8, … places after it in the batch, which ends where it begins. Outputs are then scores:
 *   their order means something, their unit and zero do not.
 */
export type Loss = "meanSquaredError" | "binaryCrossentropy" | "rank" | HuberLoss;

/** Name of a loss, without its parameters. */
export type LossName = Extract<Loss, string> | HuberLoss["type"];

const WORDS: Readonly<Record<LossName, string>> = {
  meanSquaredError: "mean squared error",
  binaryCrossentropy: "binary cross-entropy",
  rank: "cross-entropy of pairs",
  huber: "Huber loss",
};

const NAMES: readonly unknown[] = ["meanSquaredError", "binaryCrossentropy", "rank"];
const HUBER = object({ type: oneOf("huber"), delta: numberWithin({ least: 1e-6, most: 1e6 }) });
const WANTED = `one of ${NAMES.join(", ")} or an object such as { "type": "huber", "delta": 1 }`;

/** A loss from outside. */
export const LOSS: Field<Loss> = {
  wanted: WANTED,
  read(value, place) {
    if (typeof value === "object" && value !== null) return HUBER.read(value, place);
    return NAMES.includes(value) ? value as Loss : refuse(place, value, WANTED);
  },
};

/**
 * Name of a loss.
 *
 * @param loss The loss.
 * @returns The loss itself if it has no parameters, or its type.
 *
 * @example A loss with a parameter
 * ```ts
 * import { lossName } from "@waka/histone/model";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(lossName({ type: "huber", delta: 1 }), "huber");
 * ```
 */
export function lossName(loss: Loss): LossName {
  return typeof loss === "string" ? loss : loss.type;
}

/**
 * Distances between the places in a batch of two samples that the loss `rank` compares: 1, 2, 4, 8, …
 *
 * @param samples Samples of the batch, in which the first follows the last.
 * @returns The powers of two below that number: none for a single sample.
 */
export function pairDistances(samples: number): number[] {
  const distances: number[] = [];
  for (let distance = 1; distance < samples; distance *= 2) distances.push(distance);
  return distances;
}

/**
 * Describes a loss for people.
 *
 * @param loss The loss.
 * @returns Its name, with its parameters.
 *
 * @example A loss with a parameter
 * ```ts
 * import { describeLoss } from "@waka/histone/model";
 * import { strictEqual } from "node:assert";
 *
 * strictEqual(describeLoss({ type: "huber", delta: 1.5 }), "huber with delta 1.5");
 * strictEqual(describeLoss("meanSquaredError"), "meanSquaredError");
 * ```
 */
export function describeLoss(loss: Loss): string {
  return typeof loss === "string" ? loss : `${loss.type} with delta ${loss.delta}`;
}

/** Words for what training minimises, to stand in a sentence; a parameter is left out. */
export function lossWords(loss: Loss): string {
  return WORDS[lossName(loss)];
}
