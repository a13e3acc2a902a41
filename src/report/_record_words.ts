/** The data record in words. */

import type {
  ControlRule,
  DataRecord,
  ExpressionTransform,
  ReplicateRule,
  Transform,
  TssRule,
} from "../record.ts";
import { formatCount } from "./_format.ts";

const RULES: Readonly<Record<string, string>> = {
  reads: "number of reads that overlap the bin by at least one base",
  "mean-depth": "mean number of reads that cover a base of the bin",
  mean: "mean of the signal track over the bases that have a value",
  sum: "sum of the signal track over the bin",
  max: "highest value of the signal track in the bin",
  enrichment: "enrichment of a peak times the share of the bin that it covers",
};

const TRANSFORMS: Readonly<Record<Transform, string>> = {
  none: "none: the file holds these numbers themselves",
  log1p: "log1p: the file holds ln(1 + x) of these numbers",
  asinh: "asinh: the file holds the inverse hyperbolic sine of these numbers",
};

const REPLICATES: Readonly<Record<ReplicateRule, string>> = {
  sum: "their counts were added",
  mean: "their values were averaged",
  "mean-rpm": "averaged after scaling each to reads per million",
  keep: "kept apart as samples that belong together",
};

const CONTROLS: Readonly<Record<ControlRule, string>> = {
  subtract: "subtracted after scaling to the mark’s depth, never below 0",
  ratio: "(count + 1) / (control scaled to the mark’s depth + 1)",
};

const TSS: Readonly<Record<TssRule, string>> = {
  gene: "5′ end of each gene",
  canonical: "5′ end of each gene’s canonical transcript",
  transcript: "5′ end of every transcript",
  bed: "middle of intervals from a BED file",
};

const EXPRESSION: Readonly<Record<ExpressionTransform, string>> = {
  none: "as they were in the table",
  log2p1: "log2(x + 1)",
  asinh: "inverse hyperbolic sine",
  "signed-log-difference": "sign(d) · ln(1 + |d|) of the difference d from a reference",
};

/** Describes a record, a row for each choice that was made. */
export function describeRecord(
  record: DataRecord,
  bins: number,
): (readonly [what: string, value: string])[] {
  const { countingRule, binSizeBp, orientation, tss = "gene", source, assembly } = record;
  const half = formatCount(bins * binSizeBp / 2);
  return [
    ["Genome assembly", assembly],
    ["Windows", `${half} bp to either side, ${bins} bins of ${formatCount(binSizeBp)} bp`],
    ["Centred on", TSS[tss]],
    [
      "Orientation",
      orientation === "genomic"
        ? "genomic: by ascending coordinate on both strands"
        : "transcript: from upstream to downstream",
    ],
    ["Marks", record.marks.join(", ")],
    ["A bin holds", `${countingRule}: ${RULES[countingRule] ?? "a rule of its own"}`],
    ["Transform", TRANSFORMS[record.transform]],
    ...describeReads(record),
    ...describeLabels(record),
    ...describeDna(record),
    ...(source === undefined ? [] : [["Source", source] as const]),
  ];
}

function describeReads(record: DataRecord): (readonly [string, string])[] {
  const { extendBp = 0, minMappingQuality = 0, excludedFlags, fragments = false } = record;
  const { normalisation = "none", replicates, control, blacklist } = record;
  const rows: (readonly [string, string | undefined])[] = [
    ["Fragments", fragments ? "each proper pair counts once" : undefined],
    ["Reads extended to", extendBp > 0 ? `${extendBp} bp` : undefined],
    ["Mapping quality", minMappingQuality > 0 ? `${minMappingQuality} or more` : undefined],
    [
      "Reads left out",
      excludedFlags === undefined
        ? undefined
        : `with any of the SAM flags 0x${excludedFlags.toString(16)}`,
    ],
    ["Normalised", normalisation === "rpm" ? "to reads per million of the file" : undefined],
    ["Replicates", replicates && REPLICATES[replicates]],
    ["Controls", control && CONTROLS[control]],
    ["Blacklist", blacklist],
  ];
  return rows.flatMap(([what, value]) => value === undefined ? [] : [[what, value] as const]);
}

function describeDna({ sequence }: DataRecord): (readonly [string, string])[] {
  if (sequence === undefined) return [];
  const { bases, tssBase, orientation, unknownAs, source } = sequence;
  const letters = {
    genomic: "the genome’s letters on both strands",
    transcript: "from upstream to downstream, minus strands turned around",
    unknown: "their direction is not known",
  };
  const parts = [
    `${formatCount(bases)} bases of each gene`,
    ...(tssBase === undefined ? [] : [`the TSS is base ${formatCount(tssBase)} from 0`]),
    letters[orientation],
    `N as ${unknownAs === "A" ? "A" : "no letter"}`,
    ...(source === undefined ? [] : [`from ${source}`]),
  ];
  return [["DNA", parts.join("; ")]];
}

/** Says in a sentence what a unit of the labels is, as the axes of figures call it. */
export function describeLabelUnit(transform: ExpressionTransform | undefined): string[] {
  if (transform === undefined) {
    return ["Label units are those of the labels in the data, whose record does not name them."];
  }
  const values = "the values in the table of expression";
  const units: Readonly<Record<ExpressionTransform, string>> = {
    none: `those of ${values}`,
    log2p1: `log2(x + 1) of ${values}`,
    asinh: `the inverse hyperbolic sine of ${values}`,
    "signed-log-difference":
      "sign(d) · ln(1 + |d|), where d is by how much expression differs from that of a reference",
  };
  return [`Label units are ${units[transform]}.`];
}

function describeLabels(
  { expressionTransform, expressionReference }: DataRecord,
): (readonly [string, string])[] {
  if (expressionTransform === undefined) return [];
  const reference = expressionReference === undefined ? "" : `, which is ${expressionReference}`;
  return [["Labels", `${EXPRESSION[expressionTransform]}${reference}`]];
}
