/**
 * The grouped path of a model: what predicts its samples in groups, and the weights for that.
 *
 * @module
 */

import type { ModelSpec } from "../../../model/spec.ts";
import type { EncoderChain } from "../plan/types.ts";
import { makeJoinedProgram } from "./joined/programs.ts";
import type { JoinedProgram } from "./joined/types.ts";
import { createJoinedImages, packJoinedImages } from "./joined/weights.ts";
import { createImages, type GroupedPrograms, makePrograms, packImages } from "./programs.ts";

/** What predicts in groups: each thread whole samples with branches, or chains of layers that all threads share out. */
export type GroupedPath =
  | { readonly kind: "joined"; readonly program: JoinedProgram }
  | { readonly kind: "chains"; readonly programs: GroupedPrograms };

/** Makes the grouped path of a model, given the chains of its encoders; `undefined` if groups do not serve it. */
export async function makeGroupedPath(
  spec: ModelSpec,
  encoders: readonly EncoderChain[],
): Promise<GroupedPath | undefined> {
  const program = await makeJoinedProgram(spec);
  if (program !== undefined) return { kind: "joined", program };
  const programs = await makePrograms(spec, encoders);
  return programs && { kind: "chains", programs };
}

/** Makes room for the weights of a path, in memory that threads share. */
export function createPathImages(path: GroupedPath): Float32Array[] {
  return path.kind === "joined" ? createJoinedImages(path.program) : createImages(path.programs);
}

/** Packs the weights of a path, given in the order of `weightShapes`. */
export function packPathImages(
  path: GroupedPath,
  weights: readonly Float32Array[],
  images: readonly Float32Array[],
): void {
  if (path.kind === "joined") packJoinedImages(path.program, weights, images);
  else packImages(path.programs, weights, images);
}
