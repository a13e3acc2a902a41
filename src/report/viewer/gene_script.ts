/// <reference lib="dom" />
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
import { formatEnd, formatSignedEnd } from "./numbers.ts";
import { joinRanges, type LaneRange, rangeWithZero } from "./paths.ts";
import {
  findElement,
  makeStage,
  moveCursor,
  readPageData,
  showDomain,
  type Stage,
} from "./stage.ts";

/** A gene's page as it stands. */
export interface GenePage {
  /** What the page holds. */
  readonly data: GeneViewData;
  /** The values of the cell types that were looked at. */
  readonly decoded: Map<number, TrackValues>;
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
  for (const element of document.querySelectorAll<HTMLElement>(".track")) {
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
  for (const element of document.querySelectorAll<HTMLElement>(".track")) {
    const values = valuesOfTrack(tracks, { track: Number(element.dataset["track"]), bins });
    const text = describeTrack(values, bin);
    findElement(element, ".value").textContent = text;
    said.push(findElement(element, ".name").textContent + " " + text);
  }
  return said.join("; ");
}

/** Writes the numbers of the cell type that is chosen into their table, if it is open. */
export function fillNumbers(page: GenePage): void {
  const details = document.querySelector<HTMLDetailsElement>("details.numbers");
  if (details === null || !details.open) return;
  const { marks, window: { bins } } = page.data;
  const texts = numberCells(tracksOf(page, page.choice), { marks, bins });
  details.querySelectorAll("td:not(.fixed)").forEach((cell, place) => {
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
  });
  stage.layer.addEventListener("keydown", ({ key }) => {
    if (key === "p" || key === "n") show(page.choice + (key === "n" ? 1 : -1));
  });
  document.querySelector("details.numbers")?.addEventListener("toggle", () => fillNumbers(page));
}

/** Starts the page. */
export function startGenePage(): void {
  const page: GenePage = {
    data: readPageData() as GeneViewData,
    decoded: new Map(),
    choice: Number(findElement(document, "#cell-type").dataset["value"]),
    isSame: false,
  };
  const stage = makeStage(page.data.window, {
    readOut: (bin) => readTracksOut(page, bin),
    onDomain: () => {},
  });
  listenToAll(stage);
  listenToChoosers(page, stage);
  showDomain(stage, stage.domain);
  showCellType(page, { stage, choice: page.choice });
}
