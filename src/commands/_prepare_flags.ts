/** The flags of `prepare`, in the groups in which its help lists them. */

import type { Command } from "commander";
import { type CountFlags, declareCountFlags } from "./_prepare_count_flags.ts";
import { declareGenome, type GenomeFlags } from "./_genome_flags.ts";
import { declareGeneFlags, type GeneFlags } from "./_prepare_gene_flags.ts";
import { declareOutputFlags, type OutputFlags } from "./_prepare_output_flags.ts";
import { declareSheetFlags, type SheetFlags } from "./_prepare_sheet_flags.ts";

/** All flags of `prepare`. */
export interface PrepareFlags extends SheetFlags, GeneFlags, CountFlags, GenomeFlags, OutputFlags {}

/** Declares all flags of `prepare`. */
export function declarePrepareFlags(command: Command): Command {
  const counted = declareCountFlags(declareGeneFlags(declareSheetFlags(command)));
  return declareOutputFlags(declareGenome(counted.optionsGroup("DNA:")));
}
