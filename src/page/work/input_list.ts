/** The files that the page was given, and what they are taken for. */

import { formatBytes } from "../../base/byte_count.ts";
import { indexNames } from "../../genome/mod.ts";
import type { PageFile } from "../protocol.ts";
import type { CallContext } from "./call.ts";
import type { GivenFile } from "./given_file.ts";
import { inspectSignal, type SignalFacts, type SignalFile } from "./inspect_signal.ts";
import { recogniseFile } from "./recognise.ts";
import { adviceOf, type Recognised } from "./recognised.ts";
import { type SheetAssignment, sheetAssignments } from "./sheet_assignments.ts";
import { suggestAssignments } from "./suggest_assignment.ts";

/** A file and what is known of it. */
export interface InputFile {
  readonly file: GivenFile;
  readonly recognised: Recognised;
  readonly mark?: string;
  readonly cellType?: string;
  readonly isSuggested?: boolean;
  /** What tells it from other files of the same mark and cell type, as a sheet says. */
  readonly replicate?: string;
  /** Name of the file of its control, as a sheet says. */
  readonly control?: string;
  /** Of signal: what is in it, with the index that it was opened with. */
  readonly facts?: SignalFacts;
  readonly index?: GivenFile;
  /** Name of the signal file, if this is an index. */
  readonly indexOf?: string;
  /** Bytes of another file of the same name, whose place this one took. */
  readonly replacedBytes?: number;
}

/** What the user says of a file. */
export interface Assignment {
  readonly mark?: string | undefined;
  readonly cellType?: string | undefined;
}

/** The files, by their names. */
export class InputList {
  #files = new Map<string, InputFile>();

  /** All files, in the order in which they came. */
  get all(): readonly InputFile[] {
    return [...this.#files.values()];
  }

  /** The files of reads or signal that are counted: not those that a sheet names as controls. */
  get signal(): readonly InputFile[] {
    const controls = new Set(this.all.map(({ control }) => control));
    return this.#ofRole("signal").filter(({ file }) => !controls.has(file.name));
  }

  get expression(): readonly InputFile[] {
    return this.#ofRole("expression");
  }

  /** Prepared data. */
  get data(): readonly InputFile[] {
    return this.#ofRole("data");
  }

  get annotations(): readonly InputFile[] {
    return this.#ofRole("annotation");
  }

  find(name: string): InputFile | undefined {
    return this.#files.get(name);
  }

  /** Takes files; one of a name that is there already takes its place, which the description then says. */
  async add(files: readonly GivenFile[], context?: CallContext): Promise<void> {
    for (const [done, file] of files.entries()) {
      context?.signal.throwIfAborted();
      context?.onProgress({ doing: `Looking at ${file.name}`, done, total: files.length });
      const recognised = await recogniseFile(file);
      const { role } = recognised;
      const before = this.#files.get(file.name)?.file;
      this.#files.set(file.name, {
        file,
        recognised,
        ...(before && isOther(before, file) && { replacedBytes: before.bytes }),
        ...(role === "signal" && { isSuggested: true }),
        ...(role === "expression" && suggestOfTable(file.name)),
      });
    }
    this.#suggest();
    await this.#applySheets();
    await this.#inspect(context?.signal);
  }

  /** Forgets files. */
  async remove(names: readonly string[]): Promise<void> {
    for (const name of names) this.#files.delete(name);
    await this.#inspect();
  }

  /** Says which mark of which cell type a file is; an empty name takes back what was said. */
  assign(name: string, { mark, cellType }: Assignment): void {
    const found = this.#files.get(name);
    if (found === undefined) return;
    const { mark: ownMark, cellType: ownCellType, isSuggested: _, ...others } = found;
    const next = { mark: mark?.trim() ?? ownMark, cellType: cellType?.trim() ?? ownCellType };
    this.#files.set(name, {
      ...others,
      ...(next.mark !== undefined && next.mark !== "" && { mark: next.mark }),
      ...(next.cellType !== undefined && next.cellType !== "" && { cellType: next.cellType }),
    });
  }

  /** Says why a file cannot be used. */
  setProblem(name: string, error: unknown): void {
    const found = this.#files.get(name);
    if (found === undefined) return;
    const recognised = { ...found.recognised, problem: adviceOf(error, name) };
    this.#files.set(name, { ...found, recognised });
  }

  /** Takes a file, such as BED, for genes and not for what it was taken for before. */
  useAsAnnotation(name: string): void {
    const found = this.#files.get(name);
    if (found === undefined || found.recognised.role === "annotation") return;
    const { file, replacedBytes } = found;
    this.#files.set(name, {
      file,
      recognised: { role: "annotation", about: "Genes" },
      ...(replacedBytes !== undefined && { replacedBytes }),
    });
  }

  #ofRole(role: Recognised["role"]): readonly InputFile[] {
    return this.all.filter(({ recognised }) => recognised.role === role);
  }

  /** Suggests what files of signal are by the names of all, since names of replicates tell only together that they are. */
  #suggest(): void {
    const signal = this.#ofRole("signal");
    const suggested = suggestAssignments(signal.map(({ file }) => file.name));
    for (const input of signal) {
      if (input.isSuggested !== true) continue;
      const { mark: _, cellType: __, ...others } = input;
      this.#files.set(input.file.name, { ...others, ...suggested.get(input.file.name) });
    }
  }

  /** Takes what sheets say of files that are there. */
  async #applySheets(): Promise<void> {
    for (const sheet of this.#ofRole("sheet")) {
      const assignments = await sheetAssignments(sheet.file).catch((error: Error) => error);
      if (assignments instanceof Error) {
        const recognised = { ...sheet.recognised, problem: assignments.message };
        this.#files.set(sheet.file.name, { ...sheet, recognised });
        continue;
      }
      for (const assignment of assignments) this.#applyRow(assignment);
    }
  }

  #applyRow({ name, ...said }: SheetAssignment): void {
    const found = this.#files.get(name);
    if (found?.recognised.role !== "signal") return;
    const { isSuggested: _, ...others } = found;
    this.#files.set(name, { ...others, ...said });
  }

  /** Pairs signal with its index, and opens what has not been opened with it yet. */
  async #inspect(signal?: AbortSignal): Promise<void> {
    const owners = new Map<string, string>();
    for (const input of this.#ofRole("signal")) {
      signal?.throwIfAborted();
      const { file } = input;
      const name = indexNames(file.name).find((name) =>
        this.#files.get(name)?.recognised.role === "index"
      );
      const index = name === undefined ? undefined : this.#files.get(name)!.file;
      if (name !== undefined) owners.set(name, file.name);
      if (input.facts !== undefined && input.index === index) continue;
      const { index: _, ...others } = input;
      const next = { ...others, ...(index && { index }) };
      this.#files.set(file.name, { ...next, facts: await inspectSignal(signalFileOf(next)) });
    }
    for (const input of this.#ofRole("index")) {
      const { indexOf: _, ...others } = input;
      const owner = owners.get(input.file.name);
      this.#files.set(input.file.name, {
        ...others,
        ...(owner !== undefined && { indexOf: owner }),
      });
    }
  }
}

/** The cell type of a table of expression by its name; that of a table of many cell types says nothing. */
function suggestOfTable(name: string): Pick<InputFile, "cellType" | "isSuggested"> {
  const { mark, cellType } = suggestAssignments([name]).get(name)!;
  return cellType !== undefined && mark === undefined ? { cellType, isSuggested: true } : {};
}

/** Whether files of the same name are not the same file, added once more. */
function isOther(one: GivenFile, other: GivenFile): boolean {
  return one.bytes !== other.bytes || one.modified?.getTime() !== other.modified?.getTime();
}

/** What is needed to open a file of signal. */
export function signalFileOf({ file, recognised, index }: InputFile): SignalFile {
  return { file, format: recognised.format!, index };
}

/** What the window is told of a file. */
export function describeFile(input: InputFile): PageFile {
  const { file, recognised, facts, mark, cellType, isSuggested, indexOf, replacedBytes } = input;
  const lost = recognised.role === "index" && indexOf === undefined
    ? "the file that it is the index of is missing: add it too"
    : undefined;
  const problem = recognised.problem ?? facts?.problem ?? lost;
  const guessed = isSuggested === true && (mark ?? cellType) !== undefined;
  const of = indexOf === undefined ? "" : `, of ${indexOf}`;
  const replaced = replacedBytes === undefined
    ? ""
    : `; it took the place of another file of this name, of ${formatBytes(replacedBytes)}: ` +
      "to have both, rename one and add it again";
  return {
    name: file.name,
    bytes: file.bytes,
    role: recognised.role,
    about: `${facts?.about ?? recognised.about}${of}${
      guessed ? "; mark and cell type by its name" : ""
    }${replaced}`,
    ...(mark !== undefined && { mark }),
    ...(cellType !== undefined && { cellType }),
    ...(guessed && { isSuggested: true }),
    ...(problem !== undefined && { problem }),
  };
}
