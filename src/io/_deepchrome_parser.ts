import { FormatError } from "../errors.ts";
import { geneKey, readEnsemblDigits } from "../gene_id.ts";
import type { DataRecord } from "../record.ts";
import { COMMA, QUOTE, SPACE } from "../text/characters.ts";
import { type Line, visitLines } from "../text/lines.ts";
import { decodeText, parseDecimal } from "../text/numbers.ts";
import { columnOrder } from "./_deepchrome_header.ts";
import { PackedChunks } from "./_packed_chunks.ts";
import type { ByteSource } from "../files/byte_source.ts";
import type { PackedColumns } from "./columns.ts";
import type { OnProgress } from "../progress.ts";

/** Collects the rows of one or more DeepChrome files into columns. */
export class DeepchromeParser {
  readonly #record: DataRecord;
  readonly #marks: number;
  readonly #signal = new PackedChunks();
  readonly #labels: number[] = [];
  readonly #cellTypes: string[] = [];
  readonly #cellTypeIndex: number[] = [];
  readonly #genesSeen: Set<string>[] = [];
  /** The place of each gene, by its key. */
  readonly #genes = new Map<string, number>();
  readonly #geneIds: string[] = [];
  readonly #geneIndex: number[] = [];
  /** Number of bins of the first gene; 0 until its last row was read. */
  #bins = 0;

  /** File and line being read. */
  #file = "";
  #lineNumber = 0;
  /** Where each column of the line starts and ends, without blanks and quotes around it. */
  readonly #columnStarts: Int32Array;
  readonly #columnEnds: Int32Array;
  /** The place of each column of the file among gene, bin, marks and label; `undefined` where they are in this order. */
  #order: readonly number[] | undefined;

  /** The gene being read: its id, the bytes of the id, its counts so far `[bin, mark]`, and its label. */
  #gene = "";
  #geneBytes = new Uint8Array();
  #block: Float64Array;
  #bin = 0;
  #label = NaN;

  constructor(record: DataRecord) {
    this.#record = record;
    this.#marks = record.marks.length;
    this.#columnStarts = new Int32Array(this.#marks + 3);
    this.#columnEnds = new Int32Array(this.#marks + 3);
    this.#block = new Float64Array(128 * this.#marks);
  }

  /** Reads one file's rows; several files may hold genes of one cell type. */
  async readFile(source: ByteSource, cellType: string, onProgress?: OnProgress): Promise<void> {
    this.#file = source.name;
    this.#lineNumber = 0;
    this.#order = undefined;
    const index = this.#addCellType(cellType);
    await visitLines(source, (line) => this.#readRow(line, index), onProgress);
    // Every row belongs to a gene.
    if (this.#bin === 0) {
      const found = this.#lineNumber === 0 ? "the file is empty" : "there is only a header";
      this.#fail(`Cannot read cell type "${cellType}": ${found}, expected rows`);
    }
    this.#finishGene();
  }

  finish(): PackedColumns {
    return {
      signal: this.#signal.finish(),
      labels: Float64Array.from(this.#labels),
      cellTypes: this.#cellTypes,
      cellTypeIndex: Uint32Array.from(this.#cellTypeIndex),
      genes: this.#geneIds,
      geneIndex: Uint32Array.from(this.#geneIndex),
      bins: this.#bins,
      record: this.#record,
    };
  }

  #addCellType(name: string): number {
    const known = this.#cellTypes.indexOf(name);
    if (known >= 0) return known;
    this.#genesSeen.push(new Set());
    return this.#cellTypes.push(name) - 1;
  }

  #readRow(line: Line, cellTypeIndex: number): void {
    this.#lineNumber = line.number;
    this.#splitColumns(line);
    const { bytes } = line;
    if (line.number === 1 && this.#takesHeader(bytes)) return;
    if (!this.#continuesGene(bytes)) {
      if (this.#bin > 0) this.#finishGene();
      this.#startGene(bytes.slice(this.#columnStarts[0], this.#columnEnds[0]), cellTypeIndex);
    }
    this.#readBin(bytes);
    this.#readCounts(bytes);
    this.#readLabel(bytes);
  }

  #splitColumns({ bytes, start, end }: Line): void {
    const wanted = this.#columnEnds.length;
    let columns = 0;
    let from = start;
    for (let i = start; i < end; i++) {
      if (bytes[i] !== COMMA) continue;
      this.#placeColumn(columns++, bytes, { from, to: i });
      from = i + 1;
    }
    this.#placeColumn(columns++, bytes, { from, to: end });
    if (columns !== wanted) {
      this.#fail(
        `Cannot read row: ${columns} columns, expected ${wanted} ` +
          `(gene, bin, ${this.#marks} marks, label, with commas between them)`,
      );
    }
  }

  /** Notes where a column is, without the blanks and quotes that R, spreadsheets and people put around values. */
  #placeColumn(number: number, bytes: Uint8Array, place: { from: number; to: number }): void {
    const column = this.#order?.[number] ?? number;
    let { from, to } = place;
    while (from < to && isPadding(bytes[from])) from++;
    while (from < to && isPadding(bytes[to - 1])) to--;
    this.#columnStarts[column] = from;
    this.#columnEnds[column] = to;
  }

  #continuesGene(bytes: Uint8Array): boolean {
    const gene = this.#geneBytes;
    const start = this.#columnStarts[0]!;
    if (this.#bin === 0 || this.#columnEnds[0]! - start !== gene.length) return false;
    for (let i = 0; i < gene.length; i++) {
      if (bytes[start + i] !== gene[i]) return false;
    }
    return true;
  }

  #startGene(idBytes: Uint8Array<ArrayBuffer>, cellTypeIndex: number): void {
    const gene = decodeText(idBytes, 0, idBytes.length);
    const genesSeen = this.#genesSeen[cellTypeIndex]!;
    if (gene === "") this.#fail("Cannot read row: the gene id is empty");
    const id = readEnsemblDigits(gene);
    const key = geneKey(id);
    if (genesSeen.has(key)) {
      this.#fail(
        `Cannot read cell type "${
          this.#cellTypes[cellTypeIndex]
        }": gene "${gene}" appears twice, ` +
          "expected once",
      );
    }
    genesSeen.add(key);
    this.#gene = gene;
    this.#geneBytes = idBytes;
    const geneIndex = this.#genes.get(key) ?? this.#geneIds.push(id) - 1;
    this.#genes.set(key, geneIndex);
    this.#geneIndex.push(geneIndex);
    this.#cellTypeIndex.push(cellTypeIndex);
  }

  #readBin(bytes: Uint8Array): void {
    const bin = this.#number(bytes, 1);
    const expected = this.#bin + 1;
    if (this.#bins > 0 && expected > this.#bins) {
      this.#fail(
        `Cannot read gene "${this.#gene}": found a row after its bin ${this.#bins}, ` +
          `expected ${this.#bins} bins as in the first gene`,
      );
    }
    if (bin !== expected) {
      const found = this.#text(bytes, 1);
      this.#fail(`Cannot read gene "${this.#gene}": bin is ${found}, expected ${expected}`);
    }
    this.#bin = bin;
  }

  /**
   * Whether the first line is a header, which says where the columns are. One that does not name all of them is not skipped: its
   * marks might be others than the record's, or in another order.
   */
  #takesHeader(bytes: Uint8Array): boolean {
    const cells = Array.from(this.#columnStarts, (_, column) => this.#text(bytes, column));
    this.#order = columnOrder(cells, this.#record.marks);
    if (this.#order !== undefined) return true;
    if (Number.isNaN(this.#number(bytes, 1))) this.#failHeader(bytes);
    return false;
  }

  #failHeader(bytes: Uint8Array): never {
    this.#fail(
      `Cannot read cell type "${
        this.#cellTypes.at(-1)
      }": the first line looks like a header, since its bin is ` +
        `"${
          this.#text(bytes, 1)
        }", expected rows alone, as DeepChrome writes them, or a header that names gene, bin, ` +
        `${
          this.#record.marks.join(", ")
        } and label: take the line out, and see that the marks are in this order`,
    );
  }

  #readCounts(bytes: Uint8Array): void {
    const marks = this.#marks;
    const offset = (this.#bin - 1) * marks;
    if (offset + marks > this.#block.length) this.#growBlock();
    for (let mark = 0; mark < marks; mark++) {
      const value = this.#number(bytes, mark + 2);
      if (!(value >= 0)) {
        this.#fail(
          `Cannot read gene "${this.#gene}", bin ${this.#bin}: ${this.#record.marks[mark]} is ` +
            `"${this.#text(bytes, mark + 2)}", expected a number >= 0`,
        );
      }
      this.#block[offset + mark] = value;
    }
  }

  #growBlock(): void {
    const block = new Float64Array(2 * this.#block.length);
    block.set(this.#block);
    this.#block = block;
  }

  #readLabel(bytes: Uint8Array): void {
    const column = this.#marks + 2;
    const label = this.#number(bytes, column);
    if (this.#bin === 1) this.#label = label;
    if (Number.isNaN(label)) {
      this.#fail(
        `Cannot read gene "${this.#gene}", bin ${this.#bin}: label is ` +
          `"${this.#text(bytes, column)}", expected a number`,
      );
    }
    if (label !== this.#label) {
      this.#fail(
        `Cannot read gene "${this.#gene}": label is ${label} in bin ${this.#bin} and ` +
          `${this.#label} in bin 1, expected the same in all`,
      );
    }
  }

  #finishGene(): void {
    if (this.#bins === 0) this.#bins = this.#bin;
    if (this.#bin !== this.#bins) {
      this.#fail(
        `Cannot read gene "${this.#gene}": it has ${this.#bin} bins, ` +
          `expected ${this.#bins} as in the first gene`,
      );
    }
    this.#signal.append(this.#block.subarray(0, this.#bins * this.#marks));
    this.#labels.push(this.#label);
    this.#bin = 0;
  }

  /** The number in a column, or NaN. */
  #number(bytes: Uint8Array, column: number): number {
    return parseDecimal(bytes, this.#columnStarts[column]!, this.#columnEnds[column]!);
  }

  #text(bytes: Uint8Array, column: number): string {
    return decodeText(bytes, this.#columnStarts[column]!, this.#columnEnds[column]!);
  }

  #fail(message: string): never {
    throw new FormatError(message, { file: this.#file, line: this.#lineNumber || undefined });
  }
}

function isPadding(byte: number | undefined): boolean {
  return byte === SPACE || byte === QUOTE;
}
