/**
 * The starter model: a small trained model that comes with this package, for those who have no labels of their own.
 *
 * {@linkcode loadStarter} loads it, ready for `predict` and `predictIntervals`.
 *
 * @module
 */

export { loadStarter, STARTER } from "./load_starter.ts";
export { type StarterShape, starterSpec } from "./spec.ts";
