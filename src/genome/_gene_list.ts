/** From the lines of a file to its genes: which can be used, which are the same, and where each is. */

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

/** How {@linkcode GeneList} chooses. */
export interface GeneListOptions {
  /** Name of the file, for messages. */
  readonly file: string;
  /** The types of genes that are wanted; all if there are none. */
  readonly geneTypes?: readonly string[];
}

/** Gathers a file's lines of genes. */
export class GeneList {
  readonly report = new GeneReport();
  readonly #file: string;
  readonly #geneTypes: readonly string[] | undefined;
  /** The lines of each gene, by its key. */
  readonly #rows = new Map<string, GeneRow[]>();
  #lines = 0;

  constructor({ file, geneTypes }: GeneListOptions) {
    this.#file = file;
    this.#geneTypes = geneTypes;
  }

  /** Number of lines that were genes, whether these can be used or not. */
  get lines(): number {
    return this.#lines;
  }

  /** Whether there is a line of that gene. */
  has(id: string): boolean {
    return this.#rows.has(geneKey(id));
  }

  add(row: GeneRow): void {
    this.#lines++;
    if (row.id === undefined || row.id === "") {
      return this.report.leaveOut(WITHOUT_ID, `line ${row.line}`);
    }
    if (row.chromosome.trim() === "") {
      return this.report.leaveOut(WITHOUT_CHROMOSOME, describeRow(row));
    }
    if (![row.id, row.chromosome].every(isGeneCell)) {
      return this.report.leaveOut(ODD_NAME, `line ${row.line}`);
    }
    const key = geneKey(row.id);
    const others = this.#rows.get(key);
    if (others === undefined) this.#rows.set(key, [row]);
    else others.push(row);
  }

  /** Counts a line that somebody calls a gene but that is none here. */
  leaveOut(reason: string, example: string): void {
    this.#lines++;
    this.report.leaveOut(reason, example);
  }

  /**
   * The genes that can be used, in the order of the file.
   *
   * @throws {FormatError} If none can, saying why.
   * @throws {ContractError} If none is of the types that are wanted.
   */
  finish(): Gene[] {
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

  /** The gene of lines with the same id. */
  #choose(rows: readonly GeneRow[]): Gene | undefined {
    const [first] = rows;
    const id = first.id!;
    // Two versions of a gene, of files that were joined, are no parts of it.
    const areParts = first.isPart && rows.every((row) => row.id === id);
    if (isPseudoautosomalCopy(id)) return this.#drop(COPY_ON_Y, describeRow(first));
    if (rows.some(({ isTransSpliced }) => isTransSpliced)) {
      return this.#drop(TRANS_SPLICED, describeRow(first));
    }
    const sound = rows.filter(({ start, end }) => start < end);
    if (sound.length === 0 || (areParts && sound.length < rows.length)) {
      return this.#drop(ENDS_EARLY, describeRow(rows.find((row) => !sound.includes(row))!));
    }
    const usable = sound.filter(({ strand }) => strand === "+" || strand === "-");
    if (usable.length === 0 || (areParts && usable.length < rows.length)) {
      const { strand } = rows.find((row) => !usable.includes(row))!;
      return this.#drop(WITHOUT_STRAND, describeRow(first, `strand "${strand}"`));
    }
    const places = areParts ? joinParts(usable) : distinctPlaces(usable);
    if (places.length === 1) {
      if (!areParts && usable.length > 1) {
        this.report.note("took once", "on several lines", describePlaces(usable));
      }
      return makeGene(id, places[0]);
    }
    const primary = choosePrimary(places);
    if (primary === undefined) return this.#drop(SEVERAL_PLACES, describePlaces(places));
    this.report.note(
      "took from a primary chromosome, X before Y,",
      SEVERAL_PLACES,
      describePlaces(places),
    );
    return makeGene(primary.id!, primary);
  }

  /** RefSeq names the copy of a pseudoautosomal gene otherwise, but gives it the same number. */
  #withoutCopies(genes: readonly Gene[]): Gene[] {
    const onX = new Set(
      genes.filter((gene) => plainChromosome(gene) === "X").map(({ entrezId }) => entrezId),
    );
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
      `Cannot read genes: found ${
        this.report.leftOut().join("; ")
      }; expected genes that can be used`,
      { file: this.#file },
    );
  }
}

/** The genes with those of their other ids that are no other gene's. */
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

/** The extents of a gene's parts that lie near each other: more than one if they are not of one place. */
function joinParts(rows: readonly GeneRow[]): GeneRow[] {
  const places: GeneRow[] = [];
  for (const row of rows.toSorted((a, b) => a.start - b.start)) {
    const near = places.findIndex((place) =>
      place.chromosome === row.chromosome && place.strand === row.strand &&
      row.start - place.end <= LARGEST_GAP_BP
    );
    if (near < 0) places.push(row);
    else places[near] = { ...places[near], end: Math.max(places[near].end, row.end) };
  }
  return places;
}

/** The first line of each TSS. */
function distinctPlaces(rows: readonly GeneRow[]): GeneRow[] {
  if (rows.length === 1) return [...rows];
  const places = new Map<string, GeneRow>();
  for (const row of rows) {
    const key = describeTss(row) + row.strand;
    if (!places.has(key)) places.set(key, row);
  }
  return [...places.values()];
}

function describeRow({ id, line }: GeneRow, what?: string): string {
  return `"${id}" (line ${line}${what === undefined ? "" : `: ${what}`})`;
}

function describePlaces(rows: readonly GeneRow[]): string {
  const [first, second] = rows;
  return `"${first.id}" at ${describeTss(first)} (line ${first.line}) and ` +
    `"${second.id}" at ${describeTss(second)} (line ${second.line})`;
}

function describeTss({ chromosome, start, end, strand }: GeneRow): string {
  return `${chromosome}:${strand === "-" ? end - 1 : start}`;
}
