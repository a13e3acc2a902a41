/** What `prepare` saw of its files and samples, collected while they pass, for a page. */

import type { SummaryCollector } from "../data/summary/collector.ts";
import type { CountedFileFacts, StreamedBlock } from "../genome/mod.ts";
import type { PageOutput } from "./_page_output.ts";
import type { PreparedSamples } from "./_prepared_output.ts";

/** Collects what a page about prepared data shows. It costs little where no page was asked for. */
export class PreparedPage {
  readonly #page: PageOutput | undefined;
  readonly #files = new Map<string, CountedFileFacts>();
  readonly #warnings: string[] = [];
  #collector: SummaryCollector | undefined;
  #cellTypes: readonly string[] = [];
  #marks: readonly string[] = [];

  /** @param page Where the page is written; `undefined` if nobody asked for one. */
  constructor(page: PageOutput | undefined) {
    this.#page = page;
  }

  /** Takes what was seen of a file. A control that was counted several times stays one. */
  addFile(file: CountedFileFacts): void {
    this.#files.set(JSON.stringify([file.name, file.cellType, file.mark]), file);
  }

  /** Takes a warning. */
  addWarning(text: string): void {
    this.#warnings.push(text);
  }

  /** Makes a preparation whose blocks are looked at while they pass. */
  watch(preparation: PreparedSamples): PreparedSamples {
    if (this.#page === undefined) return preparation;
    const { record, bins, cellTypes, genes, missingMarks } = preparation;
    this.#cellTypes = cellTypes;
    this.#marks = record.marks;
    const ids = genes.map(({ id }) => id);
    const collector = this.#page.collect({ record, bins, cellTypes, genes: ids, missingMarks });
    this.#collector = collector;
    return {
      ...preparation,
      async *streamedBlocks() {
        for await (const block of preparation.streamedBlocks()) {
          yield { ...block, signalParts: watchParts(block, collector, bins * record.marks.length) };
          if (block.labels === undefined) continue;
          collector.setLabels(cellTypes.indexOf(block.cellType), block.labels);
        }
      },
    };
  }

  /** The files in the order of the data, each mark before its control, whichever was done first. */
  #sortedFiles(): CountedFileFacts[] {
    const placeOf = ({ cellType, mark, name }: CountedFileFacts) => {
      const own = mark.replace(/^control of /, "");
      const isControl = Number(!this.#marks.includes(mark));
      const places = [this.#cellTypes.indexOf(cellType), this.#marks.indexOf(own), isControl];
      return [...places.map((place) => String(place).padStart(9, "0")), name].join("\t");
    };
    const placed = [...this.#files.values()].map((file) => ({ file, place: placeOf(file) }));
    return placed.sort((one, other) => one.place < other.place ? -1 : 1).map(({ file }) => file);
  }

  /** Writes the page after the blocks have passed. */
  async write(): Promise<void> {
    if (this.#collector === undefined) return;
    await this.#page?.write({
      data: this.#collector.finish(),
      files: this.#sortedFiles(),
      warnings: this.#warnings,
    });
  }
}

/** Looks at the parts of a block while they pass; `width` is the number of values of a gene. */
async function* watchParts(
  { cellType, genes, labels, signalParts }: StreamedBlock,
  collector: SummaryCollector,
  width: number,
): AsyncGenerator<ArrayLike<number>> {
  let start = 0;
  for await (const signal of signalParts) {
    const end = start + signal.length / width;
    collector.addBlock({
      cellType,
      genes: Array.from(genes.slice(start, end), String),
      signal,
      labels: labels && Array.from(labels).slice(start, end),
    });
    start = end;
    yield signal;
  }
}
