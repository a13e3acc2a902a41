/** A progress line, redrawn on a terminal and absent elsewhere. */

import { formatDuration } from "../base/duration.ts";
import { printableLine } from "../base/printable.ts";
import { isQuiet } from "./_console.ts";

const REDRAW_MS = 100;
const BAR_WIDTH = 24;
const LEAST_BAR_WIDTH = 8;

/** What a progress line shows beside the bar. */
export interface ProgressState {
  /** Units done. */
  readonly done: number;
  /** Units in all. */
  readonly total: number;
  /** Text before the bar. */
  readonly label: string;
  /** Text after the bar, such as the loss. */
  readonly note?: string | undefined;
}

/** A progress bar on standard error with rate and time left, drawn only on a terminal and without `--quiet`. */
export class ProgressLine {
  readonly #unit: string | undefined;
  readonly #visible = Deno.stderr.isTerminal() && !isQuiet();
  readonly #started = performance.now();
  #lastDrawn = 0;

  /** `unit` is what is counted, such as `samples`; without it no rate is shown. */
  constructor(unit?: string) {
    this.#unit = unit;
  }

  /** Redraws, at most ten times a second. */
  update(state: ProgressState): void {
    const now = performance.now();
    if (!this.#visible || now - this.#lastDrawn < REDRAW_MS) return;
    this.#lastDrawn = now;
    const seconds = (now - this.#started) / 1000;
    const width = terminalWidth() - 1;
    this.#write(formatProgress(state, { seconds, unit: this.#unit, width }));
  }

  /** Removes the line, so that something else can be printed. */
  clear(): void {
    if (this.#visible) this.#write("");
  }

  #write(text: string): void {
    const width = terminalWidth();
    // Carriage return, then erase to the end of the line.
    const line = printableLine(text).slice(0, width - 1);
    Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${line}`));
  }
}

function terminalWidth(): number {
  try {
    return Deno.consoleSize().columns || 80;
  } catch {
    return 80; // standard output is not a terminal, standard error is
  }
}

/** How a progress line is written. */
export interface ProgressFormat {
  /** Time since the start. */
  readonly seconds: number;
  /** What is counted; without it no rate is shown. */
  readonly unit?: string | undefined;
  /** Columns that the line may fill. */
  readonly width?: number | undefined;
}

/**
 * Formats a progress line. In few columns the bar is shorter; then the rate, the bar and the note are left out, in this
 * order, since what is done and the time left matter most.
 */
export function formatProgress(
  { done, total, label, note }: ProgressState,
  { seconds, unit, width = Infinity }: ProgressFormat,
): string {
  const rate = done / seconds;
  const left = `${rate > 0 ? formatDuration((total - done) / rate) : "?"} left`;
  const speed = unit === undefined ? undefined : `${formatRate(rate)} ${unit}/s`;
  const share = total === 0 ? 1 : Math.min(1, done / total);
  for (const parts of [[note, speed, left], [note, left]]) {
    const rest = joinParts(parts);
    const barWidth = Math.min(BAR_WIDTH, width - label.length - rest.length - 3);
    if (barWidth >= LEAST_BAR_WIDTH) return `${label} ${formatBar(share, barWidth)}  ${rest}`;
  }
  const short = joinParts([label, note, left]);
  return short.length <= width ? short : joinParts([label, left]);
}

function joinParts(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined).join("  ");
}

function formatBar(share: number, width: number): string {
  const filled = Math.round(width * share);
  return "█".repeat(filled) + "░".repeat(width - filled);
}

/** Formats a rate with three significant digits, or as an integer. */
export function formatRate(rate: number): string {
  return rate < 100 ? rate.toPrecision(3) : Math.round(rate).toLocaleString("en-US");
}
