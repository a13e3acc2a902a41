/** The flag `--panel`, which names samples whose marks are added to a model's reference panel. */

import type { Command } from "commander";
import { formatBytes } from "../base/byte_count.ts";
import type { Dataset } from "../data/dataset.ts";
import { ContractError } from "../errors.ts";
import { readsPanel } from "../model/panel_inputs.ts";
import { type PresetName, presetSpec } from "../model/presets.ts";
import type { ModelSpec } from "../model/spec.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { describePanel } from "../panel/describe_panel.ts";
import { panelBytes } from "../panel/panel.ts";
import type { SettingsLayer } from "../training/settings.ts";
import { type DataFlags, loadData } from "./_data.ts";
import { number } from "./flags.ts";

/** Flags of {@linkcode declarePanel}. */
export interface PanelFlags extends DataFlags {
  readonly panel?: string | undefined;
}

/** Declares the flag. */
export function declarePanel(command: Command): Command {
  return command.option(
    "--panel <path>",
    "samples whose marks are added to the reference panel: new genes in the cell types that are trained on; their " +
      "labels are not read (for waka3)",
  );
}

/** Flags of {@linkcode declarePanelTraining}. */
export interface PanelTrainingFlags {
  readonly panel?: string | undefined;
  readonly labelDropout?: number | undefined;
  readonly geneDropout?: number | undefined;
  readonly referenceDropout?: number | undefined;
  readonly markDropout?: number | undefined;
  readonly labelStatistics?: boolean | undefined;
}

/** Declares the flag, and those that say what is hidden in training. */
export function declarePanelTraining(command: Command): Command {
  const share = number(0, 0.99);
  return declarePanel(command)
    .option(
      "--label-dropout <x>",
      "share of samples whose references' labels are hidden in training, as those of new genes are (default: the preset's)",
      share,
    )
    .option(
      "--gene-dropout <x>",
      "share of samples whose references' marks and labels are hidden (default: the preset's)",
      share,
    )
    .option(
      "--reference-dropout <x>",
      "share of samples whose references' marks are hidden (default: the preset's)",
      share,
    )
    .option(
      "--mark-dropout <x>",
      "share of marks that are hidden, so that marks may be missing later (default: the preset's)",
      share,
    )
    .option(
      "--label-statistics",
      "keep statistics of each gene's labels in place of the panel: a small model, to be shared without its data",
    );
}

/** The settings that the flags give. */
export function panelSettings(
  { labelDropout, geneDropout, referenceDropout, markDropout, labelStatistics }: PanelTrainingFlags,
): SettingsLayer {
  return { labelDropout, geneDropout, referenceDropout, markDropout, labelStatistics };
}

/** Whether a model, or a preset, reads a panel. */
export function usesPanel(model: ModelSpec | PresetName): boolean {
  return readsPanel(typeof model === "string" ? presetSpec(model) : model);
}

/**
 * Throws if `--panel` is given for a model that reads none. Call it before files are read, which may take long.
 *
 * @throws {ContractError} Naming the model.
 */
export function checkPanelFlag(
  { panel }: PanelFlags,
  model: { readonly name: string; readonly usesPanel: boolean },
): void {
  if (panel === undefined || model.usesPanel) return;
  throw new ContractError(
    `Cannot use --panel with ${model.name}: it reads no panel, expected a model that does, such as waka3`,
  );
}

/**
 * Reads the samples of `--panel`.
 *
 * @param flags The flags.
 * @param known Data that were read already, by path: a file that is named twice is read once.
 * @returns The samples; empty without the flag.
 */
export async function loadUnlabelled(
  flags: PanelFlags,
  known: Readonly<Record<string, Dataset>> = {},
): Promise<Dataset[]> {
  const { panel } = flags;
  if (panel === undefined) return [];
  return [known[panel] ?? await loadData(panel, flags, { allowMissingMarks: true })];
}

/** Prints what the panel of a trained model holds. */
export function printPanel({ panel }: TrainedModel): void {
  if (panel === undefined) return;
  console.info(`Panel: ${describePanel(panel)}, ${formatBytes(panelBytes(panel))}`);
}
