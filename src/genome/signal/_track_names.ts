/** Collects the names of the tracks in a file for a genome browser, which may hold several. */

import type { Line } from "../../text/lines.ts";
import { decodeText } from "../../text/numbers.ts";
import { showName } from "../wording.ts";

const NAME = /^track[ \t](?:.*?[ \t])??name=(?:"([^"]*)"|'([^']*)'|(\S+))/;
const LOWER_T = 116;

/** The names in `track` lines. */
export class TrackNames {
  readonly #names: string[] = [];

  /** Takes a line that holds no row. */
  add({ bytes, start, end }: Line): void {
    // One name more than the first is enough to know, and comments need not be decoded.
    if (bytes[start] !== LOWER_T || this.#names.length > 1) return;
    const [, ...quoted] = NAME.exec(decodeText(bytes, start, end)) ?? [];
    const name = quoted.find((text) => text !== undefined);
    if (name !== undefined && !this.#names.includes(name)) this.#names.push(name);
  }

  /** Says that there are several tracks; `undefined` of one, or of several parts of one name. */
  describe(): string | undefined {
    if (this.#names.length < 2) return undefined;
    const [first, second] = this.#names.map((name) => `"${showName(name)}"`);
    return `has several tracks, such as ${first} and ${second}, whose rows are counted together: if they are not one ` +
      "track, as those of two strands or samples are not, make a file of each";
  }
}
