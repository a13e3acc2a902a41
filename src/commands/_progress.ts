/** A progress line, redrawn on a terminal and absent elsewhere. */

import { formatDuration } from "../base/duration.ts";
import { printableLine } from "../base/printable.ts";
import { isQuiet } from "./_console.ts";

const REDRAW_MS = 100;
const BAR_WIDTH = 24;

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
    this.#write(formatProgress(state, (now - this.#started) / 1000, this.#unit));
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

/** Formats a progress line after `seconds`. */
export function formatProgress(state: ProgressState, seconds: number, unit?: string): string {
  const { done, total, label, note } = state;
  const filled = Math.round(BAR_WIDTH * Math.min(1, total === 0 ? 1 : done / total));
  const bar = "█".repeat(filled) + "░".repeat(BAR_WIDTH - filled);
  const rate = done / seconds;
  const left = rate > 0 ? formatDuration((total - done) / rate) : "?";
  const speed = unit === undefined ? undefined : `${formatRate(rate)} ${unit}/s`;
  const parts = [`${label} ${bar}`, note, speed, `${left} left`];
  return parts.filter((part) => part !== undefined).join("  ");
}

/** Formats a rate with three significant digits, or as an integer. */
export function formatRate(rate: number): string {
  return rate < 100 ? rate.toPrecision(3) : Math.round(rate).toLocaleString("en-US");
}
