import { informationBits, type Motif, MOTIF_LETTERS, UNIFORM_BACKGROUND } from "./motif.ts";

/** Options of {@linkcode logoSvg}. */
export interface LogoOptions {
  /**
   * Probabilities of A, C, G and T elsewhere, `[letter]`.
   *
   * @default {[0.25, 0.25, 0.25, 0.25]}
   */
  readonly background?: readonly number[] | undefined;
  /**
   * Height of 2 bits in pixels.
   *
   * @default {64}
   */
  readonly height?: number | undefined;
  /**
   * Width of a position in pixels.
   *
   * @default {22}
   */
  readonly columnWidth?: number | undefined;
}

/** Colours of Okabe and Ito (2008), which people with any common colour blindness can distinguish. */
const COLOURS = ["#009E73", "#0072B2", "#E69F00", "#D55E00"] as const;

/** The letters as paths in a box of 100 × 100, so that no font is needed. */
export const LETTER_GLYPHS: readonly [string, string, string, string] = [
  "M0 100L38 0H62L100 100H78L70 76H30L22 100ZM36 59H64L50 17Z",
  "M100 69A50 50 0 1 1 100 31L79 38A29 30 0 1 0 79 62Z",
  "M100 31A50 50 0 1 0 100 69V47H54V64H79A29 30 0 1 1 79 38Z",
  "M0 0H100V19H61V100H39V19H0Z",
] as const;

/** The largest relative entropy of a position where letters are equally frequent. */
const MOST_BITS = 2;

/**
 * Draws a motif as a sequence logo (Schneider and Stephens 1990): at each position the letters above each other, as high
 * as their share of the position's information.
 *
 * @param motif The motif.
 * @param options Background and size.
 * @returns An SVG element with an alternative text. It loads nothing.
 *
 * @example
 * ```ts
 * import { logoSvg } from "@waka/histone/motifs";
 * import { match } from "node:assert";
 *
 * match(logoSvg({ name: "g", matrix: [[0, 0, 1, 0]] }), /^<svg .*aria-label="g: G"/);
 * ```
 */
export function logoSvg(
  motif: Motif,
  { background = UNIFORM_BACKGROUND, height = 64, columnWidth = 22 }: LogoOptions = {},
): string {
  const { matrix, name } = motif;
  const bits = informationBits(motif, background);
  const letters = matrix.flatMap((column, position) => {
    const total = Math.min(MOST_BITS, Math.max(0, bits[position]!)) / MOST_BITS * height;
    const order = [0, 1, 2, 3].sort((a, b) => column[a]! - column[b]!);
    let bottom = height;
    return order.flatMap((letter) => {
      const tall = column[letter]! * total;
      bottom -= tall;
      if (tall < 0.5) return [];
      const scale = `scale(${round((columnWidth - 2) / 100)} ${round(tall / 100)})`;
      const place = `translate(${position * columnWidth + 1} ${round(bottom)})`;
      return [
        `<path transform="${place} ${scale}" fill="${COLOURS[letter]!}" d="${LETTER_GLYPHS[
          letter
        ]!}"/>`,
      ];
    });
  });
  const width = matrix.length * columnWidth;
  const spelt = matrix.map((column) => MOTIF_LETTERS[column.indexOf(Math.max(...column))]).join("");
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${
    escape(name)
  }: ${spelt}" ` +
    `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${
      letters.join("")
    }</svg>`;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** Names may come from files. */
function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
