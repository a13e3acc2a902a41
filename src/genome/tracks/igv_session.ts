/**
 * Sessions of the Integrative Genomics Viewer, which open all tracks together.
 *
 * @module
 */

import { showValue } from "../../base/show_value.ts";
import { type Colour, formatColour } from "./track_style.ts";

/** A track of a session. */
export interface SessionTrack {
  /** Path of the track's file, relative to that of the session, with `/` between folders. */
  readonly path: string;
  /** The name that is shown. */
  readonly name: string;
  /** Colour of positive values. */
  readonly colour: Colour;
  /**
   * Colour of negative values.
   *
   * @default {"colour"}
   */
  readonly negativeColour?: Colour | undefined;
  /**
   * Tracks of one group have one scale, so that their heights can be compared.
   *
   * @default {a scale of its own}
   */
  readonly scaleGroup?: string | undefined;
}

/** Options of {@linkcode formatIgvSession}. */
export interface IgvSessionOptions {
  /**
   * The genome: an identifier that IGV knows, such as `hg19`, or the path of a genome file, relative to the session.
   *
   * @default {the genome that is open}
   */
  readonly genome?: string | undefined;
  /**
   * What is shown first: a locus such as `chr20:49551000-49576000`, or a gene's symbol.
   *
   * @default {the whole genome}
   */
  readonly locus?: string | undefined;
  /**
   * Height of a track, in pixels.
   *
   * @default {50}
   */
  readonly trackHeight?: number | undefined;
}

/** Characters that XML must not hold, not even escaped. */
// deno-lint-ignore no-control-regex
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|\p{Cs}/u;
const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/**
 * Makes the text of a session file (XML, version 8) for IGV, which `igv.js` opens too. The file goes into the folder that
 * the paths are relative to; the folder can be moved as a whole.
 *
 * @param tracks The tracks, from top to bottom.
 * @param options The genome, and what is shown first.
 * @returns The text of the file, whose name should end in `.xml`.
 * @throws {RangeError} If there are no tracks, two have one path, a colour or the height is out of range, or a text cannot
 * be part of XML.
 *
 * @example A track in blue
 * ```ts
 * import { formatIgvSession } from "@waka/histone/genome";
 * import { match } from "node:assert";
 *
 * const track = { path: "E003.H3K4me3.bw", name: "E003 H3K4me3", colour: [0, 114, 178] } as const;
 * const text = formatIgvSession([track], { genome: "hg19", locus: "chr20:49551000-49576000" });
 * match(text, /<Session genome="hg19" locus="chr20:49551000-49576000"/);
 * match(text, /<Resource path="E003\.H3K4me3\.bw"\/>/);
 * ```
 */
export function formatIgvSession(
  tracks: readonly SessionTrack[],
  options: IgvSessionOptions = {},
): string {
  const { genome, locus = "All", trackHeight = 50 } = options;
  checkTracks(tracks, trackHeight);
  const groups = new Map<string, number>();
  for (const { scaleGroup } of tracks) {
    if (scaleGroup !== undefined && !groups.has(scaleGroup)) {
      groups.set(scaleGroup, groups.size + 1);
    }
  }
  const session = {
    ...(genome !== undefined && { genome }),
    locus,
    ...(groups.size > 0 && { nextAutoscaleGroup: String(groups.size + 1) }),
    version: "8",
  };
  const lines = [
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>',
    `<Session ${attributes(session)}>`,
    "    <Resources>",
    ...tracks.map(({ path }) => `        <Resource ${attributes({ path })}/>`),
    "    </Resources>",
    `    <Panel ${attributes({ name: "DataPanel" })}>`,
    ...tracks.flatMap((track) => trackLines(track, { groups, trackHeight })),
    "    </Panel>",
    "</Session>",
  ];
  return `${lines.join("\n")}\n`;
}

function trackLines(
  { path, name, colour, negativeColour = colour, scaleGroup }: SessionTrack,
  { groups, trackHeight }: {
    readonly groups: ReadonlyMap<string, number>;
    readonly trackHeight: number;
  },
): string[] {
  const group = scaleGroup === undefined ? undefined : groups.get(scaleGroup);
  const track = {
    // The colour of negative values.
    altColor: formatColour(negativeColour),
    attributeKey: name,
    autoScale: "true",
    ...(group !== undefined && { autoscaleGroup: String(group) }),
    clazz: "org.broad.igv.track.DataSourceTrack",
    color: formatColour(colour),
    fontSize: "10",
    height: String(trackHeight),
    id: path,
    name,
    renderer: "BAR_CHART",
    visible: "true",
    windowFunction: "mean",
  };
  const range = {
    baseline: "0.0",
    drawBaseline: "true",
    flipAxis: "false",
    maximum: "1.0",
    minimum: "-1.0",
    type: "LINEAR",
  };
  return [
    `        <Track ${attributes(track)}>`,
    `            <DataRange ${attributes(range)}/>`,
    "        </Track>",
  ];
}

function attributes(values: Readonly<Record<string, string>>): string {
  return Object.entries(values).map(([name, value]) => `${name}="${escapeXml(value)}"`).join(" ");
}

function escapeXml(text: string): string {
  if (FORBIDDEN.test(text)) {
    throw new RangeError(
      `Cannot write session: ${showValue(text)} has characters that XML cannot hold`,
    );
  }
  return text.replace(/[&<>"\t\n\r]/g, (character) => ESCAPES[character]!);
}

function checkTracks(tracks: readonly SessionTrack[], trackHeight: number): void {
  if (tracks.length === 0) throw new RangeError("Cannot write session: there are no tracks");
  const paths = new Set<string>();
  for (const { path } of tracks) {
    if (paths.has(path)) {
      throw new RangeError(`Cannot write session: two tracks have the path ${showValue(path)}`);
    }
    paths.add(path);
  }
  if (!Number.isInteger(trackHeight) || trackHeight < 1 || trackHeight > 1000) {
    throw new RangeError(
      `Cannot write session: tracks are ${trackHeight} pixels high, expected an integer from 1 to 1000`,
    );
  }
}
