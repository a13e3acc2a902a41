/**
 * Reads the samplesheets of nf-core/chipseq (1.2 to 2.1) and nf-core/cutandrun (1.0 to 3.2). They name FASTQ files; the
 * reads that the pipeline aligned are in the folder of its results.
 */

import { ContractError, FormatError } from "../../errors.ts";
import { checkName } from "../../io/names.ts";
import { findLibraries, type LibraryFiles } from "./_nf_core_files.ts";
import type { Library } from "./_nf_core_library.ts";
import { nameSample, type SampleNames } from "./_nf_core_names.ts";
import type { RowCells, RowReader, SheetHeader } from "./table.ts";
import { listSome } from "../wording.ts";
import { type SheetRow, withoutUndefined } from "./types.ts";

/** The name of a sample that ends in its replicate, as nf-core/chipseq 2.0 has it. */
const ENDING = /^(.+)_R(?:EP)?(\d+)$/;

/** Antibodies of histone modifications, such as `H3K4me3` and `H2AK119ub`, as against `H3` and `IgG`. */
const MODIFICATION = /^h(?:2a|2b|3|4)(?:\.?\w)?[krsty]\d+/i;

/** What the pipelines take as the name of a sample, which becomes part of the names of files. */
const SAMPLE = /^[\w.-]+$/;

/** Whether a header is that of such a samplesheet. */
export function isNfCoreHeader({ keys }: SheetHeader): boolean {
  return keys.includes("fastq1") && (keys.includes("sample") || keys.includes("group"));
}

/** Options of {@linkcode NfCoreReader}. */
export interface NfCoreOptions {
  readonly results?: string | undefined;
  readonly outputType?: string | undefined;
  readonly wantsControls: boolean;
  readonly onNote: (message: string) => void;
}

/** Collects the rows of such a sheet. */
export class NfCoreReader implements RowReader {
  readonly columns = [
    "sample",
    "group",
    "fastq_1",
    "fastq_2",
    "replicate",
    "antibody",
    "control",
    "control_replicate",
    "cell_type",
    "mark",
    "expression",
  ];
  readonly #header: SheetHeader;
  readonly #options: NfCoreOptions;
  /** The libraries, by sample and replicate. */
  readonly #libraries = new Map<string, Library>();

  constructor(header: SheetHeader, options: NfCoreOptions) {
    this.#header = header;
    this.#options = options;
    const { file } = header;
    if (options.outputType !== undefined) {
      throw new ContractError(
        `Cannot use --output-type with ${file}: it is a samplesheet of nf-core, expected ENCODE's metadata.tsv`,
      );
    }
    if (options.results !== undefined) return;
    throw new ContractError(
      `Cannot take files from ${file}: it names FASTQ files, expected --results with the folder of the pipeline's ` +
        "results, which has the aligned reads",
    );
  }

  /** Whether the sheet has a column for antibodies, as those of nf-core/chipseq have. */
  get #isChipseq(): boolean {
    return this.#header.keys.includes("antibody");
  }

  readRow({ line, cell }: RowCells): void {
    const { file } = this.#header;
    // The pipelines write underscores for spaces.
    const plain = (name: string) => cell(name).replaceAll(" ", "_");
    const written = plain("sample") || plain("group");
    checkName(written, { what: "sample", file, line });
    if (!SAMPLE.test(written)) {
      throw new FormatError(
        `Cannot read samplesheet: the name of sample "${written}" has characters that the pipelines do not take, ` +
          "expected letters, digits, underscores, dots and hyphens",
        { file, line },
      );
    }
    const ending = ENDING.exec(written);
    const own = cell("replicate");
    if (own !== "" && !/^\d+$/.test(own)) {
      throw new FormatError(`Cannot read samplesheet: replicate is "${own}", expected an integer`, {
        file,
        line,
      });
    }
    const [sample, replicate] = own === "" && ending !== null
      ? [ending[1]!, ending[2]]
      : [written, own || undefined];
    const library = {
      sample,
      replicate: replicate === undefined ? undefined : String(Number(replicate)),
      antibody: plain("antibody"),
      control: plain("control"),
      controlReplicate: cell("control_replicate"),
      cellType: cell("cell_type"),
      mark: cell("mark"),
      expression: cell("expression"),
      line,
    };
    const key = libraryKey(library);
    const earlier = this.#libraries.get(key);
    if (earlier === undefined) this.#libraries.set(key, library);
    else checkRuns(earlier, library, file);
  }

  /** The rows of marks, with the file of each. */
  async finish(): Promise<SheetRow[]> {
    const { file } = this.#header;
    const { results = "", wantsControls, onNote } = this.#options;
    const controls = new Map<Library, Library>();
    const libraries = [...this.#libraries.values()];
    const controlNames = new Set(
      libraries.flatMap(({ control, sample }) =>
        samplesOf(control, libraries).filter((name) => name !== sample)
      ),
    );
    const marks = libraries.filter((library) => this.#isMark(library, controlNames));
    this.#noteAntibodies(libraries.filter((library) => !marks.includes(library)));
    for (const library of marks) {
      const control = library.control === "" ? undefined : this.#controlOf(library, libraries);
      if (control !== undefined) controls.set(library, control);
    }
    if (controls.size > 0 && !wantsControls) {
      onNote(
        `${file} names controls, which are not used: --control subtract or ratio uses them`,
      );
    }
    const needed = new Set(wantsControls ? [...marks, ...controls.values()] : marks);
    const isChipseq = this.#isChipseq;
    const files = await findLibraries([...needed], { file, results, isChipseq });
    const names = marks.map((library) => nameSample(library, file));
    this.#note(files, marks, names);
    return marks.map((library, i) => {
      const control = wantsControls ? controls.get(library) : undefined;
      return withoutUndefined({
        ...names[i]!,
        path: files.paths.get(library)!,
        line: library.line,
        replicate: library.replicate,
        expression: library.expression,
        control: control && { path: files.paths.get(control)!, line: control.line },
      });
    });
  }

  /** Says where the files are, and which cell types and marks the samples were taken for. */
  #note(
    { folder }: LibraryFiles,
    marks: readonly Library[],
    names: readonly SampleNames[],
  ): void {
    const shown = new Map(marks.map(({ sample }, i) => [sample, names[i]!]));
    const list = Array.from(
      shown,
      ([sample, { cellType, mark }]) => `${sample} is ${mark} of ${cellType}`,
    );
    const rest = list.length > 6 ? `, and ${list.length - 6} more` : "";
    this.#options.onNote(
      `Reads of ${this.#header.file} are in ${folder}: ${list.slice(0, 6).join(", ")}${rest}`,
    );
  }

  /** Whether a library is of a mark rather than a control, which the rows of other samples may say. */
  #isMark({ sample, antibody, mark }: Library, controlNames: ReadonlySet<string>): boolean {
    if (mark !== "") return true;
    if (controlNames.has(sample)) return false;
    return !this.#isChipseq || antibody !== "";
  }

  /** Says which controls could have been meant as marks, such as H3, with which its modifications are compared. */
  #noteAntibodies(controls: readonly Library[]): void {
    const withAntibody = controls.filter(({ antibody }) => antibody !== "");
    const modified = withAntibody.find(({ antibody }) => MODIFICATION.test(antibody));
    if (modified !== undefined) this.#refuseControl(modified);
    const names = new Set(withAntibody.map(({ sample, antibody }) => `${sample} (${antibody})`));
    if (names.size === 0) return;
    this.#options.onNote(
      `${this.#header.file} names samples with an antibody as controls, which are no marks then: ` +
        `${listSome([...names], 6)}; a column "mark" makes them marks`,
    );
  }

  /** A slip in the column `control` would take a mark out of the data, and subtract it from another. */
  #refuseControl({ sample, antibody, line }: Library): never {
    const by = [...this.#libraries.values()].find((other) =>
      other.sample !== sample &&
      samplesOf(other.control, [...this.#libraries.values()]).includes(sample)
    );
    throw new FormatError(
      `Cannot take ${sample} as the control of ${by?.sample}: its antibody is ${antibody}, a mark, expected a sample of ` +
        'input, IgG or H3. Correct "control"; if both are marks, say so in a column "mark"',
      { file: this.#header.file, line },
    );
  }

  #controlOf(library: Library, libraries: readonly Library[]): Library {
    const { file } = this.#header;
    const { control, controlReplicate, replicate, sample, line } = library;
    const names = samplesOf(control, libraries);
    const candidates = libraries.filter((other) => names.includes(other.sample));
    const [, name, number = ""] = ENDING.exec(control) ?? [];
    const wanted = controlReplicate || (name !== undefined && names.includes(name) ? number : "");
    const found = wanted === ""
      ? this.#pairControl(candidates, { replicate, count: countOf(libraries, sample) })
      : candidates.find((other) => Number(other.replicate ?? NaN) === Number(wanted));
    if (found !== undefined) return found;
    const which = wanted === "" ? "" : `, replicate ${wanted},`;
    throw new FormatError(
      `Cannot read samplesheet: control "${control}"${which} of sample "${sample}" has no row of its own`,
      { file, line },
    );
  }

  /**
   * The control that the pipeline itself pairs with a replicate: nf-core/chipseq 1.2 takes the one of the same number if
   * it is there, nf-core/cutandrun if there are as many controls as replicates. Otherwise both take the first.
   */
  #pairControl(
    candidates: readonly Library[],
    { replicate, count }: { readonly replicate: string | undefined; readonly count: number },
  ): Library | undefined {
    const same = candidates.find((other) => other.replicate === replicate);
    const isPaired = this.#isChipseq || candidates.length === count;
    return isPaired && same !== undefined
      ? same
      : candidates.find((other) => other.replicate === "1") ?? candidates[0];
  }
}

function countOf(libraries: readonly Library[], sample: string): number {
  return libraries.filter((other) => other.sample === sample).length;
}

/** The sample that a control names: whole, or else without the replicate at its end. */
function samplesOf(control: string, libraries: readonly Library[]): string[] {
  const names = [control, ENDING.exec(control)?.[1] ?? ""];
  const found = names.find((name) => libraries.some(({ sample }) => sample === name));
  return found === undefined ? [] : [found];
}

function libraryKey({ sample, replicate }: Library): string {
  return JSON.stringify([sample, replicate ?? null]);
}

/** Throws if the rows of one library, which are its runs, contradict each other. */
function checkRuns(earlier: Library, library: Library, file: string): void {
  for (const field of ["antibody", "control", "controlReplicate", "cellType", "mark"] as const) {
    if (earlier[field] === library[field]) continue;
    throw new FormatError(
      `Cannot read samplesheet: sample "${library.sample}" has ${field} "${
        earlier[field]
      }" in line ` +
        `${earlier.line} and "${
          library[field]
        }" in line ${library.line}, expected one for each replicate`,
      { file, line: library.line },
    );
  }
}
