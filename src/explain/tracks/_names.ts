/** Names, files and colours of tracks. */

import type { Colour } from "../../genome/tracks/track_style.ts";

/** Colours of Okabe and Ito (2008, "Color universal design"), by the place of a mark: all can tell them apart. */
const COLOURS: readonly Colour[] = [
  [0, 114, 178],
  [213, 94, 0],
  [0, 158, 115],
  [204, 121, 167],
  [230, 159, 0],
  [86, 180, 233],
];
/** Grey, for what lowers a prediction, and for DNA. */
export const GREY: Colour = [110, 110, 110];

/** The colour of a mark by its place among the marks. */
export function colourOfMark(place: number): Colour {
  return COLOURS[place % COLOURS.length]!;
}

/** Makes names of files from names of cell types and marks, which may hold any characters. */
export class FileNames {
  readonly #used = new Set<string>();

  /** Makes a name that no other file of the folder has, on systems that ignore case either. */
  make(parts: readonly string[], extension: string): string {
    const plain = parts.map((part) => part.replace(/[^A-Za-z0-9_-]+/g, "-") || "-").join(".");
    // Most systems refuse names of more than 255 bytes.
    const short = plain.slice(0, 180);
    for (let number = 1;; number++) {
      const name = `${short}${number === 1 ? "" : `-${number}`}.${extension}`;
      if (this.#used.has(name.toLowerCase())) continue;
      this.#used.add(name.toLowerCase());
      return name;
    }
  }
}
