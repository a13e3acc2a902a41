/** Chooses one file for each mark, or one for each replicate, among those of ENCODE that hold the same reads. */

import { groupBy } from "../../base/group_by.ts";
import { ContractError, FormatError } from "../../errors.ts";
import type { ReplicateRule } from "../../record.ts";
import { assemblyName } from "../assembly.ts";
import { listSome, showName } from "../wording.ts";
import type { EncodeFile } from "./_encode_file.ts";

/** Options of {@linkcode chooseFiles}. */
export interface ChooseFilesOptions {
  readonly file: string;
  readonly assembly: string | undefined;
  readonly replicates: ReplicateRule | undefined;
  readonly onNote: (message: string) => void;
  readonly onWarning: (message: string) => void;
}

/** The chosen files of marks, and those of controls among which theirs are found. */
export interface ChosenFiles {
  readonly marks: readonly EncodeFile[];
  readonly controls: readonly EncodeFile[];
}

/**
 * Chooses files. Of an experiment's files of one output type, some hold the same reads: those of several analyses, of
 * several assemblies, and those of single replicates and of all of them pooled.
 *
 * @throws {ContractError} If the files are of several assemblies and the options name no assembly.
 * @throws {FormatError} With the lines, if files hold the same reads and nothing decides between them, if a cell type
 * has several experiments of a mark, or its biosamples were treated in several ways.
 */
export function chooseFiles(
  files: readonly EncodeFile[],
  options: ChooseFilesOptions,
): ChosenFiles {
  const own = takeAssembly(files, options);
  const marks = own.filter(({ isControl }) => !isControl);
  checkTreatments(marks, options.file);
  const chosen = [
    ...groupBy(marks, ({ cellType, mark }) => JSON.stringify([cellType, mark])).values(),
  ]
    .flatMap((group) => chooseOfMark(group, options));
  warnOfBiosamples(chosen, options);
  warnOfDonors(chosen, options);
  noteChoice(marks, chosen, options);
  const controls = own.filter(({ isControl }) => isControl);
  return { marks: chosen, controls };
}

function takeAssembly(
  files: readonly EncodeFile[],
  { assembly, file }: ChooseFilesOptions,
): readonly EncodeFile[] {
  const counts = new Map<string, number>();
  for (const { assembly, isControl } of files) {
    if (!isControl) counts.set(assembly, (counts.get(assembly) ?? 0) + 1);
  }
  const found = Array.from(counts, ([name, count]) => `${name} (${count})`).join(", ");
  const [only, second] = counts.keys();
  const wanted = assembly === undefined ? only : assemblyName(assembly);
  if (assembly === undefined && second !== undefined) {
    throw new ContractError(
      `Cannot take files from ${file}: they are of several assemblies, ${found}: name one with --assembly`,
    );
  }
  const own = files.filter((other) => other.assembly === wanted || other.assembly === "");
  if (own.some(({ isControl }) => !isControl)) return own;
  throw new ContractError(
    `Cannot take files of assembly ${wanted} from ${file}: it has ${found}`,
  );
}

/** Throws if biosamples of one name were treated in several ways: they are not one cell type. */
function checkTreatments(files: readonly EncodeFile[], file: string): void {
  const first = new Map<string, EncodeFile>();
  for (const one of files) {
    const other = first.get(one.cellType) ?? one;
    first.set(one.cellType, other);
    if (other.treatment === one.treatment) continue;
    const describe = ({ treatment, line }: EncodeFile) =>
      `${treatment === "" ? "not treated" : `treated (${showName(treatment)})`} in line ${line}`;
    throw new FormatError(
      `Cannot read sample sheet: biosample "${one.cellType}" is ${describe(other)} and ${
        describe(one)
      }, ` +
        'expected one cell type: remove rows, or add a column "cell_type" that tells them apart',
      { file, line: one.line },
    );
  }
}

/** Chooses among the files of one mark in one cell type. */
function chooseOfMark(
  files: readonly EncodeFile[],
  options: ChooseFilesOptions,
): readonly EncodeFile[] {
  // The user's own column tells replicates apart, of whatever experiments.
  if (files.every(({ replicate }) => replicate !== undefined)) return files;
  const experiments = [...new Set(files.map(({ experiment }) => experiment))];
  const { cellType, mark, line } = files[0]!;
  if (experiments.length > 1) {
    throw new FormatError(
      `Cannot read sample sheet: ${mark} of "${cellType}" was measured in ${experiments.length} experiments, ` +
        `${
          listSome(experiments, 5)
        }, expected one: leave the mark out (--marks names those to take), remove ` +
        'the rows of the others, or add a column "replicate" that numbers their files',
      { file: options.file, line },
    );
  }
  const byReplicates = [
    ...groupBy(files, (file) => file.biologicalReplicates.join(",")).values(),
  ]
    .map((same) => chooseAnalysis(same, options.file));
  return chooseReplicates(byReplicates, options);
}

/** Chooses the analysis that is not replaced by a later one, among files of the same reads. */
function chooseAnalysis(files: readonly EncodeFile[], file: string): EncodeFile {
  const current = files.filter(({ analysisStatus }) => /\breleased\b/.test(analysisStatus));
  const [first, second] = files.length > 1 && current.length > 0 ? current : files;
  if (second === undefined) return first!;
  const shown = files.map(({ accession, line, analysis }) =>
    `${accession} in line ${line}${analysis === "" ? "" : ` (${analysis.replaceAll("_", " ")})`}`
  );
  throw new FormatError(
    `Cannot read sample sheet: ${listSome(shown, 4)} are the same reads of ${first!.mark} in ` +
      `"${first!.cellType}", counted once only: remove the rows that you do not want`,
    { file, line: first!.line },
  );
}

/**
 * Chooses the files of single replicates if there is a rule for replicates, and else the file of all of them: to count
 * both would count reads twice.
 */
function chooseReplicates(
  files: readonly EncodeFile[],
  { replicates, file }: ChooseFilesOptions,
): readonly EncodeFile[] {
  const singles = files.filter(({ biologicalReplicates }) => biologicalReplicates.length === 1);
  const pooled = files.filter(({ biologicalReplicates }) => biologicalReplicates.length !== 1);
  const sizes = pooled.map(({ biologicalReplicates }) => biologicalReplicates.length);
  const widest = pooled.filter((_, i) => sizes[i] === Math.max(...sizes));
  if (singles.length > 0 && (replicates !== undefined || pooled.length === 0)) {
    return singles.map((one) => ({ ...one, replicate: one.biologicalReplicates[0] }));
  }
  const [first, second] = widest;
  if (second === undefined) return [first!];
  throw new FormatError(
    `Cannot read sample sheet: ${
      first!.accession
    } and ${second.accession} pool different replicates of ` +
      `${first!.mark} in "${
        first!.cellType
      }", expected one file: remove the rows that you do not want`,
    { file, line: second.line },
  );
}

/** Says which files were taken, and whether these have the reads of several replicates. */
function noteChoice(
  files: readonly EncodeFile[],
  chosen: readonly EncodeFile[],
  { file, onNote }: ChooseFilesOptions,
): void {
  const isPooled = chosen.some(({ biologicalReplicates }) => biologicalReplicates.length > 1);
  const assembly = chosen[0]?.assembly || "unknown assembly";
  onNote(
    `Taken from ${file}: ${chosen.length} of ${files.length} files of marks, ${assembly}` +
      `${isPooled ? ", some of which pool all replicates (--replicates takes single ones)" : ""}`,
  );
}

/** Warns of biosamples that share a name and little else, such as hepatocytes from a liver and those made of stem cells. */
function warnOfBiosamples(
  files: readonly EncodeFile[],
  { file, onWarning }: ChooseFilesOptions,
): void {
  // Who names cell types in a column has decided what belongs together.
  const described = files.filter(({ biosample, isNamed }) => biosample !== "" && !isNamed);
  for (const group of groupBy(described, ({ cellType }) => cellType).values()) {
    const [first] = group;
    const other = group.find(({ biosample }) => biosample !== first?.biosample);
    if (first === undefined || other === undefined) continue;
    onWarning(
      `${file}: "${first.cellType}" is ${showName(first.biosample)} in line ${first.line} and ` +
        `${
          showName(other.biosample)
        } in line ${other.line}, and is taken for one cell type: a column "cell_type" ` +
        "tells them apart",
    );
  }
}

function warnOfDonors(
  files: readonly EncodeFile[],
  { file, onWarning }: ChooseFilesOptions,
): void {
  for (const group of groupBy(files, ({ cellType }) => cellType).values()) {
    const donors = new Set(group.map(({ donors }) => donors).filter((name) => name !== ""));
    if (donors.size < 2) continue;
    onWarning(
      `${file}: the marks of "${
        group[0]!.cellType
      }" are of ${donors.size} donors, so its marks and its ` +
        "expression may be of different people",
    );
  }
}
