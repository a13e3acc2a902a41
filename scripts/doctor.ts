/** `deno task doctor`: what may be wrong with a data set. */

import { formatCountOf } from "../src/_count.ts";
import { examineSamples, type Finding, readGenes } from "../src/genome/mod.ts";
import { hasStrands } from "../src/genome/doctor/strand_orientation.ts";
import { runCommand } from "./_cli.ts";
import { checkInputFile } from "./_input_file.ts";
import { loadData } from "./_run.ts";

interface DoctorFlags {
  readonly record?: string;
  readonly genes?: string;
  readonly test?: string;
  readonly strict: boolean;
}

let path = "";

await runCommand<DoctorFlags>({
  name: "doctor",
  summary:
    "Looks for what may be wrong with the signal and the labels of a data set, and says what to do about it. Exit code 0 " +
    "whatever it finds, unless --strict is given.",
  examples: [
    ["deno task doctor train.npz", "all checks that need nothing else"],
    [
      "deno task doctor train.npz --genes genes.gtf.gz --test eval.npz",
      "strands that the data do not hold, and genes in both",
    ],
  ],
  declare: (command) =>
    command
      .argument(
        "<path>",
        "competition .npz, DeepChrome .csv, or a folder of cell types",
        (text) => path = text,
      )
      .option("--genes <file>", "genes with strands: GTF, GFF3, BED, genePred or table")
      .option("--test <path>", "data that a model trained on these is tested on")
      .option("--record <file>", "JSON data record of the files (default: their own)")
      .option("--strict", "exit code 1 if there is a warning", false),
  run: examine,
});

async function examine(flags: DoctorFlags): Promise<void> {
  if (flags.genes !== undefined) await checkInputFile("--genes", flags.genes);
  const { columns } = await loadData(path, flags);
  const genes = flags.genes === undefined ? undefined : await readGenes(flags.genes, {
    onWarning: (text) => console.error(`warning: ${text}`),
  });
  const test = flags.test === undefined ? undefined : (await loadData(flags.test, flags)).columns;
  const findings = examineSamples(columns, { genes, test });
  for (const finding of findings) console.log(describe(finding));
  const warnings = findings.filter(({ severity }) => severity === "warning").length;
  const skipped = [
    genes === undefined && !hasStrands(columns) ? "orientation (needs --genes)" : [],
    test === undefined ? "genes shared with test data (needs --test)" : [],
    columns.labels === undefined ? "labels (the data have none)" : [],
  ].flat();
  const summary = findings.length === 0
    ? "Nothing looks wrong."
    : `${formatCountOf(warnings, "warning")}, ${
      formatCountOf(findings.length - warnings, "note")
    }.`;
  console.log([summary, ...skipped.map((what) => `Not checked: ${what}.`)].join(" "));
  if (flags.strict && warnings > 0) Deno.exit(1);
}

function describe({ check, severity, where, message, advice }: Finding): string {
  return `${severity}: ${check}: ${where}: ${message}.\n  ${advice}`;
}
