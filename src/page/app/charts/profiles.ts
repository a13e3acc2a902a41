/** Mean signal around the starts of genes, a small plot for each mark, also while it is being counted. */

import { type Child, make, makeSvg } from "../dom.ts";
import { formatValue } from "../words.ts";
import { type Frame, lineThrough, makeFrame } from "./frame.ts";

/** The profile of a mark. */
export interface MarkProfile {
  readonly mark: string;
  /** A line for each cell type, or one for all. */
  readonly lines: readonly (readonly number[])[];
}

/** The plots of all marks. */
export interface ProfilePlots {
  readonly element: HTMLElement;
  readonly show: (
    profiles: readonly MarkProfile[],
    scale: ProfileScale,
  ) => void;
}

/** What is known of the axes; of profiles that form, nothing yet. */
export interface ProfileScale {
  readonly binSizeBp?: number | undefined;
  /** What a bin holds. */
  readonly unit?: string | undefined;
}

/** Makes plots of profiles. */
export function makeProfilePlots(): ProfilePlots {
  const element = make("div.profiles");
  let frames: { readonly marks: string; readonly plots: readonly Frame[] } = {
    marks: "",
    plots: [],
  };
  return {
    element,
    show: (profiles, scale) => {
      const { binSizeBp } = scale;
      const marks = JSON.stringify([scale, profiles.map(({ mark }) => mark)]);
      if (frames.marks !== marks) {
        const plots = profiles.map(({ mark }) => makePlot(mark, scale));
        frames = { marks, plots };
        element.replaceChildren(...plots.map((plot) => plot.element));
      }
      profiles.forEach((profile, place) => draw(frames.plots[place]!, profile, binSizeBp));
    },
  };
}

function makePlot(mark: string, { binSizeBp, unit }: ProfileScale): Frame {
  return makeFrame({
    title: mark,
    xTitle: binSizeBp === undefined ? "Bin" : "Distance from the start, kb",
    yTitle: unit === undefined ? "Mean in a bin" : `${unit}: mean in a bin`,
    shape: "low",
    xTicks: 2,
    yTicks: 2,
  });
}

function draw(frame: Frame, { mark, lines }: MarkProfile, binSizeBp: number | undefined): void {
  const bins = lines[0]?.length ?? 1;
  const high = Math.max(...lines.flat().filter(Number.isFinite), 0) || 1;
  const half = binSizeBp === undefined ? undefined : bins * binSizeBp / 2000;
  const x = half === undefined ? { low: 0, high: bins } : { low: -half, high: half };
  frame.setAxes({
    x,
    y: { low: 0, high: high * 1.04 },
    alt: describe(mark, lines, binSizeBp),
    formatX: (value) =>
      value > 0 && half !== undefined ? `+${formatValue(value)}` : formatValue(value),
  });
  const at = (bin: number) => frame.placeX(x.low + (x.high - x.low) * (bin + 0.5) / bins);
  const shapes: Child[] = [];
  for (const line of lines) {
    const points = line.map((value, bin) => [at(bin), frame.placeY(value)] as const);
    const d = lineThrough(points);
    if (lines.length === 1) {
      const area = `${d}L${at(line.length - 1)} 100L${at(0)} 100z`;
      shapes.push(makeSvg("path.area", [], { d: area }));
    }
    shapes.push(makeSvg("path.line", [], { d }));
  }
  frame.layer.replaceChildren(...shapes.filter((shape) => shape instanceof SVGElement));
}

/** Where the signal is highest and lowest, for those who do not see it. */
function describe(
  mark: string,
  lines: readonly (readonly number[])[],
  binSizeBp: number | undefined,
): string {
  const bins = lines[0]?.length ?? 0;
  const mean = Array.from(
    { length: bins },
    (_, bin) => lines.reduce((sum, line) => sum + (line[bin] ?? 0), 0) / lines.length,
  );
  const high = Math.max(...mean);
  const low = Math.min(...mean);
  const where = (value: number) => {
    const bin = mean.indexOf(value);
    if (binSizeBp === undefined) return `in bin ${bin + 1}`;
    const distance = (bin + 0.5 - bins / 2) * binSizeBp;
    return `${formatValue(Math.abs(distance))} bp ${distance < 0 ? "before" : "after"} the start`;
  };
  return bins === 0
    ? `${mark}: nothing counted yet.`
    : `${mark}: mean signal by distance from the start of a gene. Highest, ${formatValue(high)}, ${
      where(high)
    }; lowest, ${formatValue(low)}, ${where(low)}.`;
}
