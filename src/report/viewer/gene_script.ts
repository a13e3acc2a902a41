/** The script of a gene's page: it draws the tracks of the cell type that is chosen. All of it runs in pages. */

import {
  attributionPaths,
  attributionRange,
  decodeTracks,
  describeTrack,
  type GeneViewData,
  numberCells,
  signalPaths,
  type TrackValues,
  valuesOfTrack,
} from "./gene_values.ts";
import { listenToAll } from "./gestures.ts";
import { decodeRounded } from "./floats.ts";
import { formatEnd, formatSignedEnd } from "./numbers.ts";
import { joinRanges, type LaneRange, rangeWithZero } from "./paths.ts";
import { drawLetters, readLettersOut } from "./sequence_script.ts";
import type { SequencePlace } from "./sequence_values.ts";
import {
  findElement,
  makeStage,
  moveCursor,
  readPageData,
  showDomain,
  type Stage,
} from "./stage.ts";
import type {
  Element,
  HTMLDetailsElement,
  HTMLElement,
  HTMLInputElement,
  HTMLSelectElement,
  KeyboardEvent,
  PageDocument,
} from "./dom.ts";

declare const document: PageDocument;

/** A gene's page as it stands. */
export interface GenePage {
  /** What the page holds. */
  readonly data: GeneViewData;
  /** The values of the cell types that were looked at. */
  readonly decoded: Map<number, TrackValues>;
  /** What the letters add in these cell types. */
  readonly letters: Map<number, Float32Array>;
  /** The cell type that is shown. */
  choice: number;
  /** Whether all cell types have the same scale. */
  isSame: boolean;
}

/** The values of a cell type. */
export function tracksOf({ data, decoded }: GenePage, choice: number): TrackValues {
  let tracks = decoded.get(choice);
  if (tracks === undefined) {
    tracks = decodeTracks(data.cellTypes[choice]!);
    decoded.set(choice, tracks);
  }
  return tracks;
}

/** The range of a lane over the cell types that share its scale. */
export function rangeOver(page: GenePage, rangeOf: (tracks: TrackValues) => LaneRange): LaneRange {
  const own = rangeOf(tracksOf(page, page.choice));
  if (!page.isSame) return own;
  return page.data.cellTypes.map((_, choice) => rangeOf(tracksOf(page, choice)))
    .reduce(joinRanges, own);
}

/** Draws a lane and writes its range beside it. */
export function drawLane(
  lane: Element,
  { paths, range, format }: {
    readonly paths: readonly (readonly [className: string, path: string])[];
    readonly range: LaneRange;
    readonly format: (value: number) => string;
  },
): void {
  for (const [className, path] of paths) {
    lane.querySelector('path[class="' + className + '"]')?.setAttribute("d", path);
  }
  findElement(lane, ".high").textContent = format(range.high);
  findElement(lane, ".low").textContent = range.low < 0 ? format(range.low) : "";
}

/** Draws all tracks of the cell type that is chosen. */
export function drawTracks(page: GenePage): void {
  const { alpha, window: { bins } } = page.data;
  const tracks = tracksOf(page, page.choice);
  const common = rangeOver(page, attributionRange);
  for (const element of document.querySelectorAll<HTMLElement>(".track:not(.dna)")) {
    const track = Number(element.dataset["track"]);
    const values = valuesOfTrack(tracks, { track, bins });
    const attribution = element.querySelector(".lane.attribution");
    if (attribution !== null) {
      const range = track >= 0
        ? common
        : rangeOver(page, (all) => attributionRange(valuesOfTrack(all, { track, bins })));
      const paths = attributionPaths(values, { range, alpha });
      drawLane(attribution, { paths, range, format: formatSignedEnd });
    }
    const signal = element.querySelector(".lane.measured");
    if (signal !== null) {
      const range = rangeOver(
        page,
        (all) => rangeWithZero(valuesOfTrack(all, { track, bins }).signal ?? []),
      );
      drawLane(signal, { paths: signalPaths(values, { range }), range, format: formatEnd });
    }
  }
}

/** Writes what each track has in a bin beside its name, and returns all of it as a sentence. */
export function readTracksOut(page: GenePage, bin: number | undefined): string {
  const tracks = tracksOf(page, page.choice);
  const { bins } = page.data.window;
  const said: string[] = [];
  for (const element of document.querySelectorAll<HTMLElement>(".track:not(.dna)")) {
    const values = valuesOfTrack(tracks, { track: Number(element.dataset["track"]), bins });
    const text = describeTrack(values, bin);
    findElement(element, ".value").textContent = text;
    said.push(findElement(element, ".name").textContent + " " + text);
  }
  return said.join("; ");
}

/** What the letters add in a cell type. */
export function letterValuesOf({ data, letters }: GenePage, choice: number): Float32Array {
  let values = letters.get(choice);
  if (values === undefined) {
    const encoded = data.cellTypes[choice]!.letters;
    values = encoded === null ? new Float32Array() : decodeRounded(encoded);
    letters.set(choice, values);
  }
  return values;
}

/** The letters of the cell type that is chosen, with their range; `undefined` if the page has none. */
export function lettersOf(
  page: GenePage,
): { place: SequencePlace; values: Float32Array; range: LaneRange } | undefined {
  const { data: { sequence, cellTypes }, choice, isSame } = page;
  if (sequence === null || document.querySelector(".track.dna") === null) return undefined;
  const values = letterValuesOf(page, choice);
  const all = isSame ? cellTypes.map((_, other) => letterValuesOf(page, other)) : [values];
  return { place: sequence, values, range: all.map(rangeWithZero).reduce(joinRanges) };
}

/** Draws the letters of the cell type that is chosen. */
export function drawDna(page: GenePage, stage: Stage): void {
  const letters = lettersOf(page);
  if (letters === undefined) return;
  drawLetters(stage, letters);
  const lane = findElement(stage.root, ".track.dna .lane");
  findElement(lane, ".high").textContent = formatSignedEnd(letters.range.high);
  findElement(lane, ".low").textContent = letters.range.low < 0
    ? formatSignedEnd(letters.range.low)
    : "";
}

/** Reads a bin out of all tracks. */
export function readAllOut(page: GenePage, { stage, bin }: {
  readonly stage: Stage;
  readonly bin: number | undefined;
}): string {
  const marks = readTracksOut(page, bin);
  const letters = lettersOf(page);
  if (letters === undefined) return marks;
  return marks + "; " + readLettersOut(stage, { ...letters, bin });
}

/** Writes the numbers of the cell type that is chosen into their table, if it is open. */
export function fillNumbers(page: GenePage): void {
  const details = document.querySelector<HTMLDetailsElement>("details.numbers");
  if (details === null || !details.open) return;
  const { marks, window: { bins } } = page.data;
  const texts = numberCells(tracksOf(page, page.choice), { marks, bins });
  details.querySelectorAll("td:not(.fixed)").forEach((cell: Element, place: number) => {
    cell.textContent = texts[place] ?? "";
  });
}

/** Shows a cell type everywhere in the page. */
export function showCellType(page: GenePage, { stage, choice }: {
  readonly stage: Stage;
  readonly choice: number;
}): void {
  const most = page.data.cellTypes.length;
  page.choice = (choice + most) % most;
  for (const part of document.querySelectorAll<HTMLElement>("[data-choice]")) {
    part.hidden = part.dataset["choice"] !== String(page.choice);
  }
  for (const button of document.querySelectorAll<HTMLElement>("[data-choose]")) {
    const isChosen = button.dataset["choose"] === String(page.choice);
    button.setAttribute("aria-pressed", String(isChosen));
    button.closest("tr")?.classList.toggle("chosen", isChosen);
  }
  document.querySelector<HTMLSelectElement>("#cell-type")!.value = String(page.choice);
  drawTracks(page);
  drawDna(page, stage);
  fillNumbers(page);
  moveCursor(stage, stage.cursor);
}

/** Makes the choosers of a cell type and of the scale respond. */
export function listenToChoosers(page: GenePage, stage: Stage): void {
  const show = (choice: number) => showCellType(page, { stage, choice });
  const chooser = document.querySelector<HTMLSelectElement>("#cell-type")!;
  chooser.addEventListener("change", () => show(Number(chooser.value)));
  const onClick = (selector: string, action: () => void) =>
    document.querySelector(selector)?.addEventListener("click", action);
  onClick(".previous", () => show(page.choice - 1));
  onClick(".next", () => show(page.choice + 1));
  for (const button of document.querySelectorAll<HTMLElement>("[data-choose]")) {
    button.addEventListener("click", () => show(Number(button.dataset["choose"])));
  }
  const same = document.querySelector<HTMLInputElement>("#same-scale");
  same?.addEventListener("change", () => {
    page.isSame = same.checked;
    drawTracks(page);
    drawDna(page, stage);
  });
  stage.layer.addEventListener("keydown", ({ key }: KeyboardEvent) => {
    if (key === "p" || key === "n") show(page.choice + (key === "n" ? 1 : -1));
  });
  document.querySelector("details.numbers")?.addEventListener("toggle", () => fillNumbers(page));
}

/** Starts the page. */
export function startGenePage(): void {
  const page: GenePage = {
    data: readPageData() as GeneViewData,
    decoded: new Map(),
    letters: new Map(),
    choice: Number(findElement(document, "#cell-type").dataset["value"]),
    isSame: false,
  };
  const stage: Stage = makeStage(page.data.window, {
    readOut: (bin) => readAllOut(page, { stage, bin }),
    onDomain: () => drawDna(page, stage),
  });
  listenToAll(stage);
  listenToChoosers(page, stage);
  showDomain(stage, stage.domain);
  showCellType(page, { stage, choice: page.choice });
}
