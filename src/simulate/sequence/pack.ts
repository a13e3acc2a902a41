/**
 * Simulated DNA as data sets hold it.
 *
 * @module
 */

import { SequencePacker } from "../../base/sequence_packer.ts";
import type { GeneSequences } from "../../base/sequences.ts";
import type { SequenceRecord } from "../../record.ts";
import { type SimulatedSequence, spellSequence } from "./sequence.ts";

/** Sequences with the genes that they are of. */
export interface PackedSimulation {
  /** Identifiers of the genes. */
  readonly genes: readonly string[];
  /** The sequence of each. */
  readonly sequences: GeneSequences;
}

/** Packs sequences of a length; they are generated one by one. */
export function packSimulated(
  simulated: Iterable<SimulatedSequence>,
  bases: number,
): PackedSimulation {
  const packer = new SequencePacker(bases);
  const genes: string[] = [];
  for (const sequence of simulated) {
    packer.add(spellSequence(sequence));
    genes.push(sequence.gene);
  }
  return { genes, sequences: { ...packer.finish(), entryOf: Uint32Array.from(genes.keys()) } };
}

/** Describes simulated DNA, for the data record. */
export function recordSequences(halfWidthBp: number): SequenceRecord {
  return {
    bases: 2 * halfWidthBp,
    tssBase: halfWidthBp,
    orientation: "transcript",
    unknownAs: "none",
    source: "simulated",
  };
}
