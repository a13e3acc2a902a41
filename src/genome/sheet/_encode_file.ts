/** A row of ENCODE's `metadata.tsv`. */

import { FormatError } from "../../errors.ts";
import { checkName } from "../../io/names.ts";
import { assemblyName } from "../assembly.ts";
import type { SignalFormat } from "../signal/track.ts";
import type { RowCells } from "./table.ts";

/** A file of ENCODE that may be counted. */
export interface EncodeFile {
  readonly accession: string;
  readonly experiment: string;
  /** Name of the cell type: the row's own column `cell_type`, or else the biosample's name. */
  readonly cellType: string;
  /** Name of the mark; empty for a control. */
  readonly mark: string;
  readonly isControl: boolean;
  /** UCSC's name of the assembly, if that is known; empty if the row does not say. */
  readonly assembly: string;
  /** Numbers of the biological replicates whose reads the file has. */
  readonly biologicalReplicates: readonly string[];
  /** Name of the replicate, once the files are chosen, or from the row's own column `replicate`. */
  readonly replicate?: string | undefined;
  /** The biosample's type and the identifier of its term, such as `primary cell, CL:0000182`, as far as the row has them. */
  readonly biosample: string;
  /** Whether the cell type is named by the row's own column `cell_type`. */
  readonly isNamed: boolean;
  /** What was done to the biosample; empty if nothing was. */
  readonly treatment: string;
  readonly donors: string;
  /** Title of the analysis, and its status: `released`, or `archived` if a later one replaced it. */
  readonly analysis: string;
  readonly analysisStatus: string;
  readonly format: SignalFormat;
  readonly url: string;
  readonly sizeBytes: number | undefined;
  /** Accession in the row's own column `control`; empty if the row lacks it. */
  readonly control: string;
  readonly expression: string;
  readonly line: number;
}

/** The formats of ENCODE that can be counted. Its bigBed files hold the same peaks as its BED files. */
const FORMATS: Readonly<Record<string, SignalFormat>> = {
  "bam": "bam",
  "bigwig": "bigwig",
  "bed narrowpeak": "peaks",
  "bed broadpeak": "peaks",
};

/** What a file of a format of ENCODE, such as `bed narrowPeak`, holds; `undefined` if it cannot be counted. */
export function formatOfEncode(format: string): SignalFormat | undefined {
  return FORMATS[format.replaceAll("_", " ").toLowerCase()];
}

/** Reads a row. Returns `undefined` if the file is of another assay: it has no target and is no control. */
export function readEncodeFile({ cell, line }: RowCells, file: string): EncodeFile | undefined {
  const target = cell("Experiment target");
  const isControl = /^control\b/i.test(cell("Assay").replaceAll("_", " ")) ||
    /control|^input\b/i.test(target);
  const ownMark = cell("mark");
  // A target ends in its organism: H3K4me3-human.
  const mark = ownMark || (isControl ? "" : target.replace(/-[^-]*$/, ""));
  if (mark === "" && !isControl) return undefined;
  const place = { file, line };
  const cellType = cell("cell_type") || cell("Biosample term name");
  const accession = cell("File accession");
  if (!/^[A-Z0-9]{1,30}$/i.test(accession)) {
    throw new FormatError(
      `Cannot read sample sheet: File accession is "${accession}", expected such as ENCFF001AAA`,
      place,
    );
  }
  if (mark !== "") {
    checkName(cellType, { what: "cell type", ...place });
    checkName(mark, { what: "mark", ...place });
  }
  return {
    accession,
    experiment: cell("Experiment accession"),
    cellType,
    mark,
    isControl: mark === "",
    assembly: assemblyName(cell("File assembly") || cell("Assembly")),
    biologicalReplicates: listOf(cell("Biological replicate(s)")),
    replicate: cell("replicate") || undefined,
    biosample: ["Biosample type", "Biosample term id"].map(cell)
      .map((text) => text.replaceAll("_", " ")).filter((text) => text !== "").join(", "),
    isNamed: cell("cell_type") !== "",
    treatment: [
      "Biosample treatments",
      "Biosample treatments amount",
      "Biosample treatments duration",
      "Biosample genetic modifications methods",
      "Biosample genetic modifications targets",
    ].map(cell).filter((text) => text !== "").join(", "),
    donors: cell("Donor(s)"),
    analysis: cell("File analysis title"),
    analysisStatus: cell("File analysis status"),
    format: formatOfEncode(cell("File format"))!,
    url: cell("File download URL"),
    sizeBytes: readSize(cell("Size"), place),
    control: cell("control"),
    expression: cell("expression"),
    line,
  };
}

function readSize(
  text: string,
  place: { readonly file: string; readonly line: number },
): number | undefined {
  if (text === "") return undefined;
  const size = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(size)) return size;
  throw new FormatError(`Cannot read sample sheet: Size is "${text}", expected bytes`, place);
}

/** Splits a list such as `1, 2`. */
function listOf(text: string): string[] {
  return text.split(/[,_\s]+/).filter((part) => part !== "");
}

/** Whether a file is of a mark, and of a wanted one. */
export function takesAsMark(
  { isControl, mark, cellType }: EncodeFile,
  { marks, cellTypes }: {
    readonly marks: readonly string[] | undefined;
    readonly cellTypes: readonly string[] | undefined;
  },
): boolean {
  return !isControl && (marks?.includes(mark) ?? true) && (cellTypes?.includes(cellType) ?? true);
}

/** Which files were made from which, and which reads control which, by accession. */
export class FileLinks {
  readonly #derivedFrom = new Map<string, readonly string[]>();
  readonly #controlledBy = new Map<string, readonly string[]>();

  add({ cell }: RowCells): void {
    const accession = cell("File accession");
    const derived = accessionsIn(cell("Derived from"));
    const controls = accessionsIn(cell("Controlled by"));
    if (derived.length > 0) this.#derivedFrom.set(accession, derived);
    if (controls.length > 0) this.#controlledBy.set(accession, controls);
  }

  /** The files that a file was made from. */
  sourcesOf(accession: string): readonly string[] {
    return this.#derivedFrom.get(accession) ?? [];
  }

  /** The files that control a file: usually reads in FASTQ files. */
  controlsOf(accession: string): readonly string[] {
    return this.#controlledBy.get(accession) ?? [];
  }

  /** Every file with what it was made from. */
  entries(): Iterable<readonly [string, readonly string[]]> {
    return this.#derivedFrom;
  }
}

/** The accessions in a list of paths such as `/files/ENCFF001ABC/, /files/ENCFF002ABC/`. */
function accessionsIn(text: string): string[] {
  return text.match(/ENCFF\w{6}|TSTFF\w{6}/g) ?? [];
}
