/** Says what the page's files are, and what is still needed before they can be counted. */

import { formatCountOf } from "../../base/count.ts";
import { HistoneError } from "../../errors.ts";
import { agreeOnAssembly } from "../../genome/mod.ts";
import type { InputChoice, Inputs } from "../protocol.ts";
import { arrangeInputs, type AssignedFile, isAssigned } from "./arrange_inputs.ts";
import type { ChosenGenes } from "./chosen_genes.ts";
import { describeFile, type InputFile, type InputList } from "./input_list.ts";

/** Describes files and genes. */
export async function describeInputs(
  inputs: InputList,
  genes: ChosenGenes | undefined,
): Promise<Inputs> {
  const files = inputs.all.map(describeFile);
  const assembly = assemblyOf(inputs);
  const about = genes && {
    name: genes.name,
    count: genes.genes.length,
    ...(genes.assembly !== undefined && { assembly: genes.assembly }),
  };
  const { signal } = inputs;
  const choices = listChoices(signal.filter(isAssigned));
  return {
    files,
    ...(about && { genes: about }),
    ...(assembly.name !== undefined && { assembly: assembly.name }),
    missing: await listMissing(inputs, { genes, assembly, choices }),
    ...(choices.length > 0 && { choices }),
  };
}

/** An assembly, or why the files have no common one. */
interface FoundAssembly {
  readonly name?: string;
  readonly problem?: string;
}

/** The assembly that the files of signal say, if they agree. */
export function assemblyOf({ signal }: InputList): FoundAssembly {
  const files = signal.map(({ file, facts }) => ({ file: file.name, assembly: facts?.assembly }));
  try {
    const name = agreeOnAssembly(files);
    return name === "unknown" ? {} : { name };
  } catch (error) {
    if (!(error instanceof HistoneError)) throw error;
    return { problem: error.message };
  }
}

interface MissingContext {
  readonly genes: ChosenGenes | undefined;
  readonly assembly: FoundAssembly;
  readonly choices: readonly InputChoice[];
}

async function listMissing(inputs: InputList, context: MissingContext): Promise<string[]> {
  const { signal, data } = inputs;
  if (data.length > 1) return ["There are several prepared data sets: remove all but one."];
  if (data.length === 1) {
    return signal.length === 0
      ? []
      : ["There are prepared data and files to count: remove the one or the others."];
  }
  if (signal.length === 0) {
    return ["Add files of reads or signal: BAM, CRAM, bigWig, BED or peaks."];
  }
  const { genes, assembly, choices } = context;
  // The row of the file says why, and what to do.
  const problems = signal.filter(({ facts }) => facts?.problem !== undefined).map(({ file }) =>
    `${file.name} cannot be counted yet: the list of files says why.`
  );
  const unnamed = signal.filter((input) => !isAssigned(input)).map(({ file }) =>
    `Say which mark of which cell type ${file.name} is.`
  );
  const found = [
    ...problems,
    ...unnamed,
    ...kindsOf(signal),
    ...assembly.problem === undefined ? [] : [`${assembly.problem}.`],
    ...describeGenes(genes, assembly.name),
  ];
  if (found.length > 0 || choices.length > 0) return found;
  return await describeSheet(signal.filter(isAssigned));
}

function describeGenes(genes: ChosenGenes | undefined, assembly: string | undefined): string[] {
  if (genes === undefined) {
    return ["Choose the genes: those of hg19 or hg38, or add an annotation such as GTF."];
  }
  const own = genes.assembly;
  if (own === undefined || assembly === undefined || own === assembly) return [];
  return [`The genes are of ${own}, and the files of ${assembly}: choose genes of ${assembly}.`];
}

/** Reads, signal tracks and peaks are counted by different rules, and not together. */
function kindsOf(signal: readonly InputFile[]): string[] {
  const kinds = new Map<string, string>();
  for (const { file, recognised: { format } } of signal) {
    const kind = format === "bigwig" || format === "bedgraph"
      ? "signal"
      : format === "peaks"
      ? "peaks"
      : "reads";
    if (!kinds.has(kind)) kinds.set(kind, file.name);
  }
  if (kinds.size < 2) return [];
  const named = [...kinds].map(([kind, name]) => `${name} has ${kind}`).join(", ");
  return [`Files of one kind are counted together, but ${named}: remove one kind.`];
}

/** What else a sheet of the files would be refused for. */
async function describeSheet(files: readonly AssignedFile[]): Promise<string[]> {
  try {
    await arrangeInputs(files);
    return [];
  } catch (error) {
    if (!(error instanceof HistoneError)) throw error;
    return [`${error.message.replace(/^[^:]*: /, "")}.`];
  }
}

/** Decisions that the files leave to the user. */
function listChoices(files: readonly AssignedFile[]): InputChoice[] {
  const marks = new Set(files.map(({ mark }) => mark));
  const cellTypes = new Map<string, Map<string, number>>();
  for (const { mark, cellType } of files) {
    const own = cellTypes.get(cellType) ?? new Map<string, number>();
    cellTypes.set(cellType, own.set(mark, (own.get(mark) ?? 0) + 1));
  }
  const choices: InputChoice[] = [];
  for (const [cellType, own] of cellTypes) {
    for (const [mark, count] of own) {
      if (count === 1) continue;
      const why = `${cellType} has ${formatCountOf(count, "file")} of ${mark}`;
      choices.push({ setting: "replicates", why });
    }
    const missing = [...marks].filter((mark) => !own.has(mark));
    if (missing.length === 0) continue;
    choices.push({ setting: "missingMarks", why: `${cellType} lacks ${missing.join(", ")}` });
  }
  return choices;
}
