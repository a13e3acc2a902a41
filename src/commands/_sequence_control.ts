/** The flag `--sequence-control`, which trains a model on sequences that say nothing of their genes. */

import { type Command, InvalidArgumentError } from "commander";
import { SEQUENCE_CONTROLS, type SequenceControlSettings } from "../record.ts";
import type { SettingsLayer } from "../training/settings.ts";
import { suggestWords } from "./flags.ts";

/** The flag of {@linkcode declareSequenceControl}. */
export interface SequenceControlFlags {
  /** A control with its seed, as {@linkcode parseSequenceControl} reads it. */
  readonly sequenceControl?: string | undefined;
}

/** Declares the flag. */
export function declareSequenceControl(command: Command): Command {
  const parse = (text: string) => {
    parseSequenceControl(text);
    return text;
  };
  return command.option(
    "--sequence-control <name>",
    "train on sequences that say nothing of their genes: shuffled (between genes) or random-code (random letters, the " +
      "same for all cell types of a gene); shuffled:1 takes another seed (default: the genes' own sequences)",
    suggestWords(parse, SEQUENCE_CONTROLS),
  );
}

/** The setting that the flag gives. */
export function sequenceControlSettings({ sequenceControl }: SequenceControlFlags): SettingsLayer {
  return {
    sequenceControl: sequenceControl === undefined
      ? undefined
      : parseSequenceControl(sequenceControl),
  };
}

/** Reads a control, such as `shuffled` or `random-code:3`. */
function parseSequenceControl(text: string): SequenceControlSettings {
  const [name, digits = "0", ...rest] = text.split(":");
  const kind = SEQUENCE_CONTROLS.find((known) => known === name);
  const seed = /^\d+$/.test(digits) ? Number(digits) : NaN;
  if (kind !== undefined && rest.length === 0 && Number.isSafeInteger(seed)) return { kind, seed };
  throw new InvalidArgumentError(
    `Expected one of ${SEQUENCE_CONTROLS.join(", ")}, or one with a seed, such as shuffled:1.`,
  );
}
