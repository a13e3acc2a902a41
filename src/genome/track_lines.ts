/** Recognises lines that only tell a genome browser how to show a file. */

import { SPACE, TAB } from "../text/characters.ts";
import type { Line } from "../text/lines.ts";

const TRACK = new TextEncoder().encode("track");
const BROWSER = new TextEncoder().encode("browser");

/** Whether a line is a `track` or `browser` line of the UCSC Genome Browser. */
export function isTrackLine({ bytes, start, end }: Line): boolean {
  const first = bytes[start];
  const word = first === TRACK[0] ? TRACK : first === BROWSER[0] ? BROWSER : undefined;
  if (word === undefined) return false;
  const after = start + word.length;
  if (after > end || !word.every((byte, i) => bytes[start + i] === byte)) return false;
  return after === end || bytes[after] === SPACE || bytes[after] === TAB;
}
