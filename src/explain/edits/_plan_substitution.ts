/** Finds where letters of DNA are substituted. */

import { NO_SEQUENCE } from "../../base/sequences.ts";
import type { StepContext, StepPlan } from "./_planned_edit.ts";
import type { SubstituteStep } from "./edits.ts";

const COMPLEMENTS: Readonly<Record<string, string>> = { A: "T", C: "G", G: "C", T: "A", N: "N" };

/** Plans a step that changes DNA. */
export function planSubstitution(step: SubstituteStep, context: StepContext): StepPlan {
  const { scope } = context;
  const { data, inputs } = scope;
  const { sequences, record } = data.columns;
  if (!inputs.sequence) {
    context.fail("it changes DNA, but the model reads no DNA of the genes' own");
  }
  if (sequences === undefined || record.sequence === undefined) {
    context.fail(
      "it changes DNA, but the data have no sequences (--sequences seq_data.csv adds them)",
    );
  }
  if (!/^[ACGTN]+$/i.test(step.letters)) context.fail("its letters are not A, C, G, T and N alone");
  const letters = step.letters.toUpperCase();
  const { bases } = sequences;
  const isGenomic = record.sequence.orientation === "genomic";
  const place = placeLetters(step, letters, context);
  return {
    step: {
      kind: "letters",
      substitute(position, sequence) {
        const { start, letters: own } = place(directionAt(position));
        return sequence.slice(0, start) + own + sequence.slice(start + own.length);
      },
    },
    faultAt(position) {
      const gene = scope.geneAt(position);
      if (sequences.entryOf[gene] === NO_SEQUENCE) return "the gene has no sequence";
      if (step.startBp !== undefined && isGenomic && scope.strands[gene] === 0) {
        return "the strand of the gene is not known, which base pairs from the TSS depend on, expected start_base";
      }
      const { start } = place(directionAt(position));
      const end = start + letters.length;
      return start >= 0 && end <= bases
        ? undefined
        : `its letters would be bases ${start} to ${end} of the sequence, expected bases from 0 to ${bases}`;
    },
  };

  /** Whether the stored letters of a sample's gene run along transcription, or against it. */
  function directionAt(position: number): 1 | -1 {
    return isGenomic && scope.strands[scope.geneAt(position)] === -1 ? -1 : 1;
  }
}

/** Where letters start in stored sequences that run along transcription, or against it, and how they are stored. */
function placeLetters(
  { startBp, startBase }: SubstituteStep,
  letters: string,
  context: StepContext,
): (direction: 1 | -1) => { readonly start: number; readonly letters: string } {
  if ((startBp === undefined) === (startBase === undefined)) {
    context.fail("it has both start_bp and start_base, or neither, expected one of them");
  }
  const start = startBp ?? startBase!;
  if (!Number.isInteger(start)) context.fail(`its letters start at ${start}, expected an integer`);
  if (startBase !== undefined) return () => ({ start: startBase, letters });
  const { orientation, tssBase } = context.scope.data.record.sequence!;
  if (tssBase === undefined || orientation === "unknown") {
    context.fail(
      "the data do not say where the TSS lies in their sequences or which way these run, expected start_base in place of " +
        "start_bp",
    );
  }
  const complement = Array.from(letters, (letter) => COMPLEMENTS[letter]!).reverse().join("");
  return (direction) =>
    direction === 1
      ? { start: tssBase + start, letters }
      : { start: tssBase - start - letters.length + 1, letters: complement };
}
