import { formatCountOf } from "../base/count.ts";
import {
  consensusOf,
  logoSvg,
  type Motif,
  type MotifMatch,
  reverseComplement,
} from "../motifs/mod.ts";
import { renderDocument } from "./_document.ts";
import { formatCount } from "./_format.ts";
import { type Html, html, type HtmlPart, trustHtml } from "./_html.ts";
import { type Column, table } from "./_table.ts";

/** The comment with which pages of motifs begin, after the document's type. */
export const MOTIFS_PAGE_MARK = "@waka/histone: page of motifs";

/** What every page of motifs begins with. */
export const MOTIFS_PAGE_START: string = `<!DOCTYPE html>\n<!-- ${MOTIFS_PAGE_MARK} -->`;

/** A motif of the page. */
export interface MotifRow {
  /** The motif. */
  readonly motif: Motif;
  /** Information of all positions in bits. */
  readonly bits: number;
  /** Number of sites that begin in each bin of the sequences, `[bin]`; absent where no sequences were looked at. */
  readonly positions?: readonly number[] | undefined;
  /** The known motif that it is most like. */
  readonly match?: MotifMatch | undefined;
}

/** What a page of motifs shows. All texts are escaped. */
export interface MotifsPageInput {
  /** Name of the run or model. */
  readonly name: string;
  /** A sentence or two on where the motifs come from. */
  readonly summary: string;
  /** Further sentences. */
  readonly notes?: readonly string[] | undefined;
  /** The motifs, in the order of the page. */
  readonly rows: readonly MotifRow[];
  /** Known motifs, of which matches are shown. */
  readonly known?: readonly Motif[] | undefined;
  /** Probabilities of A, C, G and T in the sequences, `[letter]`. */
  readonly background: readonly number[];
  /** Where bins of positions lie, relative to the TSS in bp. */
  readonly window?: { readonly startBp: number; readonly binBp: number } | undefined;
}

/**
 * Renders motifs as one HTML page that needs no other file: their logos, where their sites lie, and the known motifs that
 * they are like. There are no scripts, and a content security policy keeps it from loading anything.
 *
 * @param input The motifs.
 * @returns The HTML.
 *
 * @example
 * ```ts
 * import { renderMotifsPage } from "@waka/histone/report";
 * import { match } from "node:assert";
 *
 * const motif = { name: "filter1", matrix: [[0, 0, 1, 0]], sites: 12 };
 * const page = await renderMotifsPage({
 *   name: "a < b",
 *   summary: "Filters.",
 *   rows: [{ motif, bits: 2 }],
 *   background: [0.25, 0.25, 0.25, 0.25],
 * });
 * match(page, /<h1>a &lt; b<\/h1>/);
 * match(page, /aria-label="filter1: G"/);
 * ```
 */
export async function renderMotifsPage(input: MotifsPageInput): Promise<string> {
  const { name, summary, notes, rows } = input;
  return await renderDocument({
    kind: "Motifs",
    name,
    summary,
    notes,
    keyFigures: [["Motifs", formatCount(rows.length)]],
    sections: [{
      id: "motifs",
      title: "Motifs",
      content: [
        explainColumns(input),
        table(`${formatCountOf(rows.length, "motif")} of the first layer`, rows, columnsOf(input)),
      ],
    }],
    foot: "Made by @waka/histone. Logos are as high as the letters' information, 2 bits at most.",
    mark: MOTIFS_PAGE_MARK,
  });
}

/** Says what the columns hold. */
function explainColumns({ rows }: MotifsPageInput): Html {
  const hasSites = rows.some(({ motif }) => motif.sites !== undefined);
  const isMatched = rows.some(({ match }) => match !== undefined);
  return html`
    <p>Bits are the information of all positions: the more, the fewer sequences fit.${hasSites
      ? " Sites are the places in the sequences to which a filter responds strongly enough; the bars show where they " +
        "lie around the transcription start site, 0."
      : ""}</p>
    ${isMatched
      ? html`<p>The known motif that a filter is most like is drawn on the strand on which they agree. <i>p</i> of all is
          how often a motif of the same columns in random order would be as like any of the known motifs, at most: of 100
          filters, five are below 0.05 by chance.</p>`
      : ""}
  `;
}

function columnsOf(
  { rows, known = [], background, window }: MotifsPageInput,
): Column<MotifRow>[] {
  const hasSites = rows.some(({ motif }) => motif.sites !== undefined);
  const matched = rows.some(({ match }) => match !== undefined);
  const logo = (motif: Motif) =>
    trustHtml(logoSvg(motif, { background, height: 40, columnWidth: 14 }));
  return [
    { title: "Motif", cell: ({ motif }) => motif.name, isText: true },
    {
      title: "Logo and letters",
      cell: ({ motif }) => html`${logo(motif)}<br>${consensusOf(motif)}`,
      isText: true,
    },
    { title: "Bits", cell: ({ bits }) => bits.toFixed(1) },
    ...(hasSites
      ? [{
        title: "Sites",
        cell: ({ motif: { sites } }: MotifRow) => sites === undefined ? "–" : formatCount(sites),
      }]
      : []),
    ...(window === undefined ? [] : [{
      title: describeWindow(window, rows),
      cell: ({ motif, positions = [] }: MotifRow) => drawPositions(motif.name, positions),
      isText: true,
    }]),
    ...(matched
      ? [
        {
          title: "Most like",
          cell: ({ match }: MotifRow): HtmlPart => {
            const found = known.find(({ name }) => name === match?.name);
            if (found === undefined || match === undefined) return "–";
            const shown = match.strand === "+" ? found : reverseComplement(found);
            return html`${logo(shown)}<br>${match.name}, ${STRANDS[match.strand]}`;
          },
          isText: true,
        },
        {
          title: html`<i>p</i> of all`,
          cell: ({ match }: MotifRow) => match === undefined ? "–" : match.pOfAll.toPrecision(2),
        },
      ]
      : []),
  ];
}

/** The window in which places are drawn; its last bin may reach past the last base. */
function describeWindow(
  { startBp, binBp }: { readonly startBp: number; readonly binBp: number },
  rows: readonly MotifRow[],
): string {
  const bins = rows.find(({ positions }) => positions !== undefined)?.positions?.length ?? 0;
  const signed = (bp: number) => `${bp < 0 ? "−" : "+"}${formatCount(Math.abs(bp))} bp`;
  return `Sites by place, ${signed(startBp)} to ${signed(startBp + bins * binBp)} from the TSS`;
}

const STRANDS: Readonly<Record<MotifMatch["strand"], string>> = {
  "+": "+ strand",
  "-": "− strand",
};

const BAR = { width: 4, height: 32 };

/** Draws how many sites lie in each bin. */
function drawPositions(name: string, positions: readonly number[]): HtmlPart {
  const most = positions.reduce((largest, count) => Math.max(largest, count), 0);
  if (most === 0) return "–";
  const width = positions.length * BAR.width;
  const bars = positions.map((count, bin) => {
    const height = Math.round(1000 * BAR.height * count / most) / 1000;
    return html`
      <rect x="${bin * BAR.width}" y="${BAR.height - height}" width="${BAR
        .width}" height="${height}" />
    `;
  });
  return html`
    <svg role="img"
      aria-label="Where the sites of ${name} lie; most in bin ${positions.indexOf(most) +
        1} of ${positions.length}"
      width="${width}" height="${BAR.height}" fill="currentColor">${bars}</svg>
  `;
}
