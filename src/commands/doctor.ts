/** `deno task doctor` looks for what may be wrong with a data set. */

import { formatCountOf } from "../base/count.ts";
import { showValue } from "../base/show_value.ts";
import { summariseDataset } from "../data/summary/summarise.ts";
import {
  diagnoseSamples,
  type ExamineOptions,
  type Finding,
  type SkippedCheck,
} from "../genome/mod.ts";
import { hasStrands } from "../genome/doctor/strand_orientation.ts";
import type { SampleColumns } from "../io/columns.ts";
import { submissionId } from "../io/submission.ts";
import { describeVariance } from "../validation/describe_variance.ts";
import { varianceShares } from "../validation/variance_shares.ts";
import { type CommandCall, type CommandDefinition, declareSequences } from "./flags.ts";
import type { SequenceFlags } from "./_sequences.ts";
import { checkAnnotation, takeAnnotationOf } from "./_annotation.ts";
import { loadData } from "./_data.ts";
import { declarePageFlags, openPage, type PageFlags } from "./_page_flags.ts";
import { faultOfId } from "./_submission_ids.ts";
import { warn } from "./_warn.ts";

interface DoctorFlags extends PageFlags, SequenceFlags {
  readonly record?: string;
  readonly genes?: string;
  readonly test?: string;
  readonly strict: boolean;
}

/** Command `doctor`. */
export const command: CommandDefinition<DoctorFlags> = {
  name: "doctor",
  summary:
    "Looks for what may be wrong with the signal and the labels of a data set, and says what to do about it; says where " +
    "the variance of the labels lies. The exit code is 0 whatever it finds, unless --strict is given. With --page it " +
    "also shows what the data look like.",
  examples: [
    ["deno task doctor train.npz", "all checks that need nothing else"],
    [
      "deno task doctor train.npz --genes genes.gtf.gz --test eval.npz",
      "also checks strands, which the data lack, and genes in both sets",
    ],
    [
      "deno task doctor train.npz --page train.html --multiqc qc",
      "also writes a page with profiles and heat maps around the TSS, depths and labels, and files for MultiQC",
    ],
  ],
  declare: (command) =>
    declarePageFlags(
      declareSequences(command)
        .argument(
          "<path>",
          "competition .npz, AnnData .zarr, DeepChrome .csv, or a folder of cell types; several with commas between them",
        )
        .option(
          "--genes <file>",
          "genes with strands: GTF, GFF3, BED, genePred or table; hg19 and hg38 are built in",
        )
        .option("--test <path>", "data on which a model trained on these will be tested")
        .option("--record <file>", "JSON data record of the files (default: their own)")
        .option("--strict", "exit code 1 if there is a warning", false),
    ),
  async run(flags, call) {
    const warnings = await examine(flags, call);
    if (flags.strict && warnings > 0) Deno.exit(1);
  },
};

/** Prints what may be wrong, and returns the number of warnings. */
async function examine(flags: DoctorFlags, { args }: CommandCall): Promise<number> {
  const [path = ""] = args;
  if (flags.genes !== undefined) await checkAnnotation("--genes", flags.genes);
  await using page = await openPage(path, flags);
  const told: string[] = [];
  const notes: string[] = [];
  const onWarning = (text: string) => {
    told.push(text);
    warn(text);
  };
  const onNote = (text: string) => notes.push(text);
  const data = await loadData(path, flags, { allowMissingMarks: true, onWarning, onNote });
  const { columns } = data;
  const genes = flags.genes === undefined ? undefined : (await takeAnnotationOf(flags.genes, {
    onWarning: (text) => console.warn(`warning: ${text}`),
  })).genes;
  const test = flags.test === undefined
    ? undefined
    : (await loadData(flags.test, flags, { allowMissingMarks: true })).columns;
  const { findings: found, skipped } = diagnoseSamples(columns, { genes, test });
  const findings = [...found, ...noteNames(columns)];
  for (const finding of findings) console.log(describeFinding(finding));
  const warnings = told.length + findings.filter(({ severity }) => severity === "warning").length;
  const summary = told.length + findings.length === 0
    ? "Nothing looks wrong."
    : `${formatCountOf(warnings, "warning")}, ${
      formatCountOf(told.length + findings.length - warnings, "note")
    }.`;
  const unasked = listUnasked(columns, { genes, test });
  const tooSmall = describeSkipped(skipped);
  const labelVariance = data.hasLabels && data.length > 0 ? varianceShares(data) : undefined;
  const labels = labelVariance === undefined ? [] : describeVariance(labelVariance);
  for (const line of [summary, ...unasked, ...tooSmall, ...labels]) console.log(line);
  await page?.write({
    data: summariseDataset(data),
    labelVariance,
    findings,
    warnings: told,
    notes,
    notChecked: [...unasked, ...tooSmall],
  });
  return warnings;
}

/** Says what was not checked because the command was not given what it needs. */
function listUnasked(columns: SampleColumns, { genes, test }: ExamineOptions): string[] {
  return [
    genes === undefined && !hasStrands(columns) ? "orientation (needs --genes)" : [],
    test === undefined ? "genes shared with test data (needs --test)" : [],
    columns.labels === undefined ? "labels (the data have none)" : [],
  ].flat().map((what) => `Not checked: ${what}.`);
}

/** Finds names that training and evaluation accept but `submit`, which runs after them, refuses. */
function noteNames({ cellTypes, genes }: SampleColumns): Finding[] {
  return [
    ...noteFaults("cell type", cellTypes, (cellType) => submissionId(cellType, "1")),
    ...noteFaults("gene", genes, (gene) => submissionId("E001", gene)),
  ];
}

function noteFaults(
  what: string,
  names: readonly string[],
  idOf: (name: string) => string,
): Finding[] {
  const byFault = Map.groupBy(names, (name) => faultOfId(idOf(name)));
  return [...byFault].flatMap(([fault, group]) =>
    fault === undefined ? [] : [{
      check: "submission-ids",
      severity: "note" as const,
      where: `${formatCountOf(group.length, what)}, such as ${showValue(group[0])}`,
      message: `a submission cannot hold an id that ${fault}`,
      advice: "If you want to submit predictions, rename it before you train.",
    }]
  );
}

/** Writes one line for all checks that were skipped for the same reason. */
function describeSkipped(skipped: readonly SkippedCheck[]): string[] {
  const byReason = Map.groupBy(skipped, ({ reason }) => reason);
  return Array.from(byReason, ([reason, checks]) => {
    const what = [...new Set(checks.map((check) => check.what))].join(", ");
    return `Not checked: ${what} (${reason}).`;
  });
}

function describeFinding({ check, severity, where, message, advice }: Finding): string {
  return `${severity}: ${check}: ${where}: ${message}.\n  ${advice}`;
}
