/**
 * A card of a model: what it is, what it was trained on, how large its errors are and how it is loaded, as Markdown with
 * front matter that Hugging Face's hub reads. It has facts of the model alone; what the model does not say is said to be
 * not known.
 *
 * @module
 */

import { formatCount, formatCountOf } from "../base/count.ts";
import {
  CALIBRATED_REGIMES,
  type CalibratedRegime,
  CONFIDENCE_STEPS,
} from "../model/calibration.ts";
import { type Loss, lossWords } from "../model/loss.ts";
import { isBranched } from "../model/spec.ts";
import { countParameters } from "../model/shapes.ts";
import { modelInputs } from "../model/inputs.ts";
import type { TrainedModel } from "../model/trained_model.ts";
import { describeOwnRecord } from "./_card_record.ts";
import { plainText, showText } from "./_card_text.ts";
import { describeUse } from "./_card_use.ts";

/** A figure that was measured on samples that the model was not trained on. */
export interface CardMetric {
  /** What was new about the samples, in words, such as `new cell types`. */
  readonly regime: string;
  /** Number of samples. */
  readonly samples: number;
  /** What was measured. */
  readonly name: "mse" | "pearson";
  /** The figure. */
  readonly value: number;
}

/** Options of {@linkcode modelCard}. */
export interface CardOptions {
  /**
   * Its licence, as SPDX names it.
   *
   * @default {said to be not known}
   */
  readonly licence?: string | undefined;
  /**
   * Figures that were measured.
   *
   * @default {those of the calibration}
   */
  readonly metrics?: readonly CardMetric[] | undefined;
  /**
   * Digests of what is beside the card, by name of the file.
   *
   * @default {none}
   */
  readonly digests?: ReadonlyMap<string, string> | undefined;
}

/** The level of the intervals whose widths are said: their confidence is 90%. */
const CONFIDENCE_LEVEL = 0.9 * CONFIDENCE_STEPS - 1;

/**
 * Writes the card of a model.
 *
 * @param model The model.
 * @param options What the model does not say itself.
 * @returns Markdown.
 *
 * @example The starter model's card
 * ```ts
 * import { modelCard } from "@waka/histone/exchange";
 * import { loadStarter } from "@waka/histone/starter";
 * import { match } from "node:assert";
 *
 * const card = modelCard(await loadStarter(), { licence: "MIT" });
 * match(card, /^---\nlicense: mit\n/);
 * match(card, /hg19/);
 * ```
 */
export function modelCard(model: TrainedModel, options: CardOptions = {}): string {
  return [
    formatFrontMatter(model, options),
    `# ${showText(model.spec.name)}`,
    describeModel(model),
    "## What it was trained on",
    ...describeOwnRecord(model),
    "## How large its errors are",
    describeErrors(model, options),
    ...describeUse(model),
    "## Licence",
    options.licence === undefined
      ? "The licence is not known: ask whoever gave you the model."
      : `${showText(options.licence)}.`,
    ...describeDigests(options),
  ].join("\n\n") + "\n";
}

function formatFrontMatter(
  { spec, record }: TrainedModel,
  { licence, metrics = [] }: CardOptions,
): string {
  const name = JSON.stringify(plainText(spec.name));
  const species = /^(hg|GRCh|T2T)/i.test(record.assembly) ? ["human"] : [];
  const tags = ["histone-marks", "gene-expression", "epigenomics", ...species];
  const reads = modelInputs(spec).some((input) => input.name === "sequence") ? ["dna"] : [];
  return [
    "---",
    ...licence === undefined ? [] : [`license: ${plainText(licence).toLowerCase()}`],
    'library_name: "@waka/histone"',
    "pipeline_tag: tabular-regression",
    "tags:",
    ...[...tags, ...reads].map((tag) => `  - ${tag}`),
    ...metrics.length === 0 ? [] : [
      "model-index:",
      `  - name: ${name}`,
      "    results:",
      ...metrics.flatMap(formatResult),
    ],
    "---",
  ].join("\n");
}

function formatResult({ regime, name, value }: CardMetric): string[] {
  return [
    "      - task:",
    "          type: tabular-regression",
    "        dataset:",
    `          name: ${JSON.stringify(plainText(regime))}`,
    "          type: held-out",
    "        metrics:",
    `          - type: ${name}`,
    `            value: ${value}`,
  ];
}

function describeModel({ spec, training, labelScale, geneEffects, panel }: TrainedModel): string {
  const inputs = modelInputs(spec).map((input) => input.name).join(", ");
  const kind = isBranched(spec) ? "a network with branches and" : "a sequential network with";
  const lines = [
    `Predicts gene expression from histone marks: ${kind} ${
      formatCountOf(countParameters(spec), "parameter")
    }. It reads ${inputs}.`,
    ...geneEffects === undefined ? [] : [
      `For ${
        formatCountOf(geneEffects.genes.length, "gene")
      } it knows an effect, which is added to the prediction.`,
    ],
    ...panel === undefined ? [] : [
      panel.cellTypes.length === 0
        ? `It keeps statistics of the labels of ${formatCountOf(panel.genes.length, "gene")}.`
        : `It compares a sample with a reference panel of ${
          formatCountOf(panel.genes.length, "gene")
        } in ${formatCountOf(panel.cellTypes.length, "cell type")}.`,
    ],
    ...labelScale === undefined
      ? []
      : ["The network predicts on a scale of its own, which is undone."],
  ];
  // The loss of an imported model may be one that was taken for want of another.
  lines.push(
    training.importedFrom === undefined
      ? `Training minimised the ${nameLoss(spec.loss)}.`
      : `It was trained by another program and imported: ${showText(training.importedFrom)}.`,
  );
  return lines.join(" ");
}

function nameLoss(loss: Loss): string {
  const words = lossWords(loss);
  return typeof loss === "string" ? words : `${words} with delta ${loss.delta}`;
}

function describeErrors(model: TrainedModel, { metrics = [] }: CardOptions): string {
  const unit = "In the unit of the labels.";
  const measured = metrics.length === 0 ? [] : [
    "Measured on samples that were held out, by what was new about them:",
    [
      "| new | samples | measure | value |",
      "| --- | ------- | ------- | ----- |",
      ...metrics.map(({ regime, samples, name, value }) =>
        `| ${showText(regime)} | ${formatCount(samples)} | ${
          name === "mse" ? "mean squared error" : "Pearson's r"
        } | ${value.toPrecision(4)} |`
      ),
    ].join("\n"),
  ];
  const calibrated = describeCalibration(model);
  if (measured.length === 0 && calibrated.length === 0) {
    return "Not known: the model was saved without figures of samples that it was not trained on.";
  }
  return [...measured, ...calibrated, unit].join("\n\n");
}

/** What is new in a regime, in words. */
const REGIMES: Readonly<Record<CalibratedRegime, string>> = {
  newGene: "new genes",
  newGeneInPanel: "new genes whose marks are in the panel",
  newCellType: "new cell types",
  bothNew: "new genes in new cell types",
  bothNewInPanel: "new genes in new cell types, with marks in the panel",
};

function describeCalibration({ calibration }: TrainedModel): string[] {
  if (calibration === undefined) return [];
  const rows = CALIBRATED_REGIMES.flatMap((regime) => {
    const found = calibration.regimes[regime];
    if (found === undefined) return [];
    const widths = found.halfWidths.flatMap((levels) => levels[CONFIDENCE_LEVEL] ?? []);
    const reach = widths.length === 0
      ? "too few samples"
      : `± ${Math.min(...widths).toPrecision(3)} to ± ${Math.max(...widths).toPrecision(3)}`;
    return [
      `| ${REGIMES[regime]} | ${formatCount(found.samples)} | ${formatCount(found.genes)} | ${
        formatCount(found.cellTypes)
      } | ${reach} |`,
    ];
  });
  return [
    `Intervals that hold nine of ten measured values, from models trained on parts of the data (${
      formatCountOf(calibration.folds, "fold")
    }); the reach depends on the predicted value:`,
    [
      "| new | samples | genes | cell types | interval of 90% |",
      "| --- | ------- | ----- | ---------- | --------------- |",
      ...rows,
    ].join("\n"),
  ];
}

function describeDigests({ digests }: CardOptions): string[] {
  if (digests === undefined || digests.size === 0) return [];
  return [
    "## Digests",
    [...digests].map(([name, sha256]) => `- \`${name}\`: SHA-256 ${sha256}`).join("\n"),
  ];
}
