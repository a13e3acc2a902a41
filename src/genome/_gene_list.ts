/**
 * Turns the gene lines of a file into genes: joins the lines of a gene, finds its place, and leaves out unusable genes.
 */

import { FormatError } from "../errors.ts";
import { geneKey, isGeneCell, isPseudoautosomalCopy } from "../gene_id.ts";
import { plainChromosome } from "./_accessions.ts";
import { failTypeChoice, hasChosenType } from "./_gene_types.ts";
import { GeneReport } from "./_gene_report.ts";
import { type GeneRow, LARGEST_GAP_BP, makeGene } from "./_make_gene.ts";
import { choosePrimary } from "./primary_chromosome.ts";
import type { Gene } from "./gene.ts";

const WITHOUT_ID = "without an id";
const WITHOUT_CHROMOSOME = "without a chromosome";
const ODD_NAME = "with a name of more than 1,000 characters or with control characters";
const WITHOUT_STRAND = "without a strand";
const ENDS_EARLY = "whose end is not after the start";
const TRANS_SPLICED = "of trans-spliced transcripts";
const SEVERAL_PLACES = "at several places";
const COPY_ON_Y = "on chromosome Y, copied from X";
const OTHER_TYPE = "of other types or none";

/** A line that names its gene. */
type NamedRow = GeneRow & { readonly id: string };

/** All lines of one gene. */
type RowsOfGene = readonly [NamedRow, ...NamedRow[]];

/** How {@linkcode GeneList} chooses genes. */
export interface GeneListOptions {
  /** Name of the file, for messages. */
  readonly file: string;
  /**
   * The types of genes to keep.
   *
   * @default {All types.}
   */
  readonly geneTypes?: readonly string[] | undefined;
  /**
   * Where genes are counted that could not be used unchanged.
   *
   * @default {A report of its own.}
   */
  readonly report?: GeneReport | undefined;
}

/** Collects the gene lines of a file. */
export class GeneList {
  readonly report: GeneReport;
  readonly #file: string;
  readonly #geneTypes: readonly string[] | undefined;
  /** The lines of each gene, by its key. */
  readonly #rows = new Map<string, [NamedRow, ...NamedRow[]]>();
  /** What stands for strands in the lines, as far as they are known. */
  readonly #strands = new Set<string>();
  #lines = 0;

  constructor({ file, geneTypes, report = new GeneReport() }: GeneListOptions) {
    this.#file = file;
    this.report = report;
    this.#geneTypes = geneTypes;
  }

  /** Number of gene lines, usable or not. */
  get lines(): number {
    return this.#lines;
  }

  /** Whether a line of that gene was added. */
  has(id: string): boolean {
    return this.#rows.has(geneKey(id));
  }

  add(row: GeneRow): void {
    this.#lines++;
    if (!isNamed(row)) return this.report.leaveOut(WITHOUT_ID, `line ${row.line}`);
    if (row.chromosome.trim() === "") {
      return this.report.leaveOut(WITHOUT_CHROMOSOME, describeRow(row));
    }
    const { id, chromosome, symbol = "", gene = "" } = row;
    const areCells = isGeneCell(id) && isGeneCell(chromosome) && isGeneCell(symbol) &&
      isGeneCell(gene);
    if (!areCells) {
      return this.report.leaveOut(ODD_NAME, `line ${row.line}`);
    }
    this.#strands.add(row.strand);
    const key = geneKey(row.id);
    const others = this.#rows.get(key);
    if (others === undefined) this.#rows.set(key, [row]);
    else others.push(row);
  }

  /** Counts a line that its file calls a gene but that is not accepted as one. */
  leaveOut(reason: string, example: string): void {
    this.#lines++;
    this.report.leaveOut(reason, example);
  }

  /**
   * Returns the usable genes in the order of the file.
   *
   * @throws {FormatError} If no gene is usable, or strands are numbers of an unknown meaning; the message says why.
   * @throws {ContractError} If no gene is of a chosen type.
   */
  finish(): Gene[] {
    this.#checkStrands();
    const groups = [...this.#rows.values()];
    const types = this.#geneTypes;
    const chosen = types === undefined ? groups : groups.filter((rows) => {
      if (hasChosenType(rows[0], types)) return true;
      this.report.leaveOut(OTHER_TYPE, describeRow(rows[0], rows[0].type ?? "no type"));
      return false;
    });
    if (types !== undefined && chosen.length === 0 && groups.length > 0) {
      failTypeChoice(groups.map(([row]) => row.type), types, this.#file);
    }
    const genes = withOwnAliases(
      this.#withoutCopies(chosen.flatMap((rows) => this.#choose(rows) ?? [])),
    );
    if (genes.length === 0 && this.#lines > 0) this.#fail();
    return genes.sort((a, b) => a.line - b.line);
  }

  /**
   * Throws if strands are 0 and 1, as HOMER writes plus and minus, or 1 and 2, as ChIPseeker does: a 1 alone means plus, as
   * in Ensembl's files.
   */
  #checkStrands(): void {
    const other = ["0", "2"].find((strand) => this.#strands.has(strand));
    if (other === undefined || this.#strands.has("-") || !this.#strands.has("+")) return;
    throw new FormatError(
      `Cannot read genes: there are strands "${other}" but none on the minus strand, expected + and -: 0 and 1 are plus ` +
        "and minus for HOMER, 1 and 2 for ChIPseeker, and 1 and -1 for Ensembl",
      { file: this.#file },
    );
  }

  /** Makes the gene of the lines that share an id. */
  #choose(rows: RowsOfGene): Gene | undefined {
    const [first] = rows;
    const { id } = first;
    // Two versions of a gene, from files that were joined, are not parts of one gene.
    const areParts = first.isPart && rows.every((row) => row.id === id);
    if (isCopyOnY(first)) return this.#drop(COPY_ON_Y, describeRow(first));
    if (rows.length === 1 && isUsable(first)) return makeGene(id, first);
    if (rows.some(({ isTransSpliced }) => isTransSpliced)) {
      return this.#drop(TRANS_SPLICED, describeRow(first));
    }
    const sound = rows.filter(({ start, end }) => start < end);
    if (sound.length === 0 || (areParts && sound.length < rows.length)) {
      return this.#drop(
        ENDS_EARLY,
        describeRow(rows.find((row) => !sound.includes(row)) ?? first),
      );
    }
    const usable = sound.filter(({ strand }) => strand === "+" || strand === "-");
    if (usable.length === 0 || (areParts && usable.length < rows.length)) {
      const { strand } = rows.find((row) => !usable.includes(row)) ?? first;
      return this.#drop(WITHOUT_STRAND, describeRow(first, `strand "${strand}"`));
    }
    const places = areParts ? joinParts(usable) : distinctPlaces(usable);
    const [place, secondPlace] = places;
    if (place !== undefined && secondPlace === undefined) {
      if (!areParts && usable.length > 1) {
        this.report.note("took once", "on several lines", describePlaces(usable));
      }
      return makeGene(id, place);
    }
    const primary = choosePrimary(places);
    if (primary === undefined) return this.#drop(SEVERAL_PLACES, describePlaces(places));
    this.report.note(
      "took from a primary chromosome, X before Y,",
      SEVERAL_PLACES,
      describePlaces(places),
    );
    return makeGene(primary.id, primary);
  }

  /** Leaves out the copies on Y of pseudoautosomal genes: RefSeq gives a copy another name but the same number. */
  #withoutCopies(genes: readonly Gene[]): Gene[] {
    const onX = new Set<string>();
    for (const gene of genes) {
      if (gene.entrezId !== undefined && plainChromosome(gene) === "X") onX.add(gene.entrezId);
    }
    if (onX.size === 0) return [...genes];
    return genes.filter((gene) => {
      const { entrezId } = gene;
      const isCopy = entrezId !== undefined && onX.has(entrezId) && plainChromosome(gene) === "Y";
      if (isCopy) this.report.leaveOut(COPY_ON_Y, `"${gene.id}" (line ${gene.line})`);
      return !isCopy;
    });
  }

  #drop(reason: string, example: string): undefined {
    this.report.leaveOut(reason, example);
    return undefined;
  }

  #fail(): never {
    throw new FormatError(
      `Cannot read genes: found ${this.report.leftOut().join("; ")}; expected usable genes`,
      { file: this.#file },
    );
  }
}

/** Returns the genes, each with only those aliases that no other gene has. */
function withOwnAliases(genes: readonly Gene[]): Gene[] {
  if (!genes.some(({ aliases }) => aliases !== undefined)) return [...genes];
  const counts = new Map<string, number>();
  const namesOf = ({ id, aliases = [] }: Gene) => new Set([id, ...aliases].map(geneKey));
  for (const gene of genes) {
    for (const name of namesOf(gene)) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return genes.map(({ aliases, ...gene }) => {
    const own = (aliases ?? []).filter((alias) =>
      geneKey(alias) !== geneKey(gene.id) && counts.get(geneKey(alias)) === 1
    );
    return own.length === 0 ? gene : { ...gene, aliases: own };
  });
}

/** Whether a line says by itself where its gene is, as nearly all do. */
function isUsable({ start, end, strand, isTransSpliced = false }: GeneRow): boolean {
  return !isTransSpliced && start < end && (strand === "+" || strand === "-");
}

/** Whether a gene is the copy on chromosome Y of a gene on X, by its id or its tag. */
function isCopyOnY(row: NamedRow): boolean {
  return isPseudoautosomalCopy(row.id) ||
    row.isPseudoautosomal === true && plainChromosome(row) === "Y";
}

function isNamed(row: GeneRow): row is NamedRow {
  return row.id !== undefined && row.id !== "";
}

/** Joins the parts of a gene that lie near each other. Returns the extent of each place where the gene is. */
function joinParts(rows: readonly NamedRow[]): NamedRow[] {
  const places: NamedRow[] = [];
  for (const row of rows.toSorted((a, b) => a.start - b.start)) {
    const near = places.findIndex((place) =>
      place.chromosome === row.chromosome && place.strand === row.strand &&
      row.start - place.end <= LARGEST_GAP_BP
    );
    const place = places[near];
    if (place === undefined) places.push(row);
    else places[near] = { ...place, end: Math.max(place.end, row.end) };
  }
  return places;
}

/** Finds the first line of each TSS and strand. */
function distinctPlaces(rows: readonly NamedRow[]): NamedRow[] {
  if (rows.length === 1) return [...rows];
  const places = new Map<string, NamedRow>();
  for (const row of rows) {
    const key = describeTss(row) + row.strand;
    if (!places.has(key)) places.set(key, row);
  }
  return [...places.values()];
}

function describeRow({ id, line }: GeneRow, what?: string): string {
  return `"${id}" (line ${line}${what === undefined ? "" : `: ${what}`})`;
}

/** Describes the first two of several places. */
function describePlaces(rows: readonly GeneRow[]): string {
  return rows.slice(0, 2).map((row) => `"${row.id}" at ${describeTss(row)} (line ${row.line})`)
    .join(" and ");
}

function describeTss({ chromosome, start, end, strand }: GeneRow): string {
  return `${chromosome}:${strand === "-" ? end - 1 : start}`;
}
