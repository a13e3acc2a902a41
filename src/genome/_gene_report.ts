/** Messages about genes that could not be used unchanged: one message for each reason, with a count and an example. */

import { formatCountOf } from "../base/count.ts";

interface Tally {
  count: number;
  readonly example: string;
}

/** Counts what happened to genes. */
export class GeneReport {
  readonly #noun: string;
  readonly #leftOut = new Map<string, Tally>();
  readonly #taken = new Map<string, Tally>();

  /** Makes an empty report about things of a kind: genes, or transcripts or windows that stand for them. */
  constructor(noun = "gene") {
    this.#noun = noun;
  }

  /** Counts a gene that is left out; the reason's words follow "3 genes". */
  leaveOut(reason: string, example: string): void {
    tally(this.#leftOut, `\0${reason}`, example);
  }

  /** Counts a gene that is used, but in a way that the user should know about. */
  note(how: string, which: string, example: string): void {
    tally(this.#taken, `${how} \0${which}`, example);
  }

  /** The warnings about all counted genes of a file. */
  warnings(file: string): string[] {
    return [
      ...this.leftOut().map((text) => `${file}: left out ${text}`),
      ...Array.from(this.#taken, (entry) => `${file}: ${describeTally(entry, this.#noun)}`),
    ];
  }

  /** Describes the genes that were left out, one text for each reason: `3 genes without a strand, such as …`. */
  leftOut(): string[] {
    return Array.from(this.#leftOut, (entry) => describeTally(entry, this.#noun));
  }
}

function tally(tallies: Map<string, Tally>, what: string, example: string): void {
  const found = tallies.get(what);
  if (found === undefined) tallies.set(what, { count: 1, example });
  else found.count++;
}

/** Puts the count in the place of the zero byte. */
function describeTally([what, { count, example }]: [string, Tally], noun: string): string {
  const [before, after] = what.split("\0");
  return `${before}${formatCountOf(count, noun)} ${after}, such as ${example}`;
}
