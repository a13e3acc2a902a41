/** Where the bins of a page lie, and which of them are shown. Functions of this file run in pages, too. */

/** Where bins lie, in the order in which they are shown. */
export interface ViewWindow {
  /** Number of bins. */
  readonly bins: number;
  /** Width of a bin in base pairs. */
  readonly binBp: number;
  /** Distance of the first edge from the centre, in base pairs. */
  readonly startBp: number;
  /** What is in the middle, such as `TSS`. */
  readonly centre: string;
  /** The genome's coordinates, where they are known. */
  readonly genome: GenomeEdge | null;
  /** The fewest bins that can be shown. */
  readonly leastBins: number;
}

/** Where the first edge of a window lies in the genome. */
export interface GenomeEdge {
  /** Name of the chromosome. */
  readonly chromosome: string;
  /** Number of bases of the chromosome before the edge, which may be negative next to its end. */
  readonly edge: number;
  /** 1 if coordinates rise from left to right, −1 if they fall. */
  readonly direction: 1 | -1;
}

/** The part of a window that is shown, in bins from its first edge. */
export interface ViewDomain {
  /** Left edge. */
  readonly start: number;
  /** Right edge. */
  readonly end: number;
}

/** A tick of an axis. */
export interface AxisTick {
  /** Its place from the left edge, 0, to the right one, 1. */
  readonly share: number;
  /** Its label. */
  readonly text: string;
}

/** Moves and widens a domain until it lies in the window and is not too narrow. */
export function clampDomain(
  { start, end }: ViewDomain,
  { bins, leastBins }: Pick<ViewWindow, "bins" | "leastBins">,
): ViewDomain {
  const width = Math.min(bins, Math.max(Math.min(leastBins, bins), end - start));
  const middle = (start + end) / 2;
  const left = Math.min(bins - width, Math.max(0, middle - width / 2));
  return { start: left, end: left + width };
}

/** Makes a domain wider by a factor, or narrower, so that the place `anchor` stays where it is. */
export function zoomDomain(
  { start, end }: ViewDomain,
  { factor, anchor }: { readonly factor: number; readonly anchor: number },
): ViewDomain {
  return { start: anchor - (anchor - start) * factor, end: anchor + (end - anchor) * factor };
}

/** Chooses round numbers between two others, at most `most` of them. */
export function roundTicks(
  low: number,
  { high, most }: { readonly high: number; readonly most: number },
): number[] {
  const rough = Math.max(1, (high - low) / Math.max(1, most));
  const power = 10 ** Math.floor(Math.log10(rough));
  const steps = [1, 2, 2.5, 5, 10].map((factor) => factor * power);
  const step = steps.find((size) => size >= rough && Number.isInteger(size))!;
  const ticks: number[] = [];
  for (let place = Math.ceil(low / step); place * step <= high; place++) ticks.push(place * step);
  return ticks;
}

/** The ticks of the axis of distances. */
export function distanceTicks(
  { binBp, startBp, centre }: ViewWindow,
  { start, end, most }: ViewDomain & { readonly most: number },
): AxisTick[] {
  const [low, high] = [startBp + start * binBp, startBp + end * binBp];
  return roundTicks(low, { high, most }).map((distance) => ({
    share: (distance - low) / (high - low),
    text: distance === 0 ? centre : formatBp(distance),
  }));
}

/** The ticks of the axis of the genome's coordinates, which number bases from 1. */
export function genomeTicks(
  { binBp, genome }: ViewWindow,
  { start, end, most }: ViewDomain & { readonly most: number },
): AxisTick[] {
  if (genome === null) return [];
  const left = genome.edge + genome.direction * start * binBp;
  const right = genome.edge + genome.direction * end * binBp;
  const [low, high] = [Math.min(left, right), Math.max(left, right)];
  return roundTicks(low, { high, most })
    .filter((base) => base > 0)
    .map((base) => ({ share: (base - left) / (right - left), text: formatBase(base) }));
}

/** Formats a distance in base pairs with its sign; it has all its digits. */
export function formatBp(distance: number): string {
  const text = formatBase(Math.abs(distance));
  return distance < 0 ? "−" + text : distance > 0 ? "+" + text : text;
}

/** Formats a whole number with commas between thousands. */
export function formatBase(base: number): string {
  return String(Math.round(base)).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** Says where a span of bins lies, such as `−100 to 0 bp`. */
export function describeSpan(
  { binBp, startBp }: ViewWindow,
  { start, end }: ViewDomain,
): string {
  const low = formatBp(Math.round(startBp + start * binBp));
  return low + " to " + formatBp(Math.round(startBp + end * binBp)) + " bp";
}

/** Says where a span of bins lies in the genome, such as `chr1:101–200`, from its first base to its last; "" if unknown. */
export function describeGenomeSpan(
  { binBp, genome }: ViewWindow,
  { start, end }: ViewDomain,
): string {
  if (genome === null) return "";
  const edges = [start, end].map((place) =>
    Math.round(genome.edge + genome.direction * place * binBp)
  );
  const [low, high] = [Math.max(0, Math.min(...edges)), Math.max(0, Math.max(...edges))];
  return genome.chromosome + ":" + formatBase(low + 1) + "–" + formatBase(high);
}
