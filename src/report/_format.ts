/** Formats numbers for readers. */

import { formatDuration } from "../base/duration.ts";

/** Formats a number with four significant digits; a dash if it is missing. */
export function formatNumber(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (!Number.isFinite(value)) return String(value);
  const text = Math.abs(value) >= 1000 ? formatCount(Math.round(value)) : value.toPrecision(4);
  return text.replaceAll("-", "−");
}

/** Formats a correlation or a similar figure with four decimals; a dash if it is missing. */
export function formatFraction(value: number | null | undefined): string {
  return value === null || value === undefined ? "–" : value.toFixed(4).replace("-", "−");
}

/** Formats a number with at most four significant digits and no zeros at the end. */
export function formatShort(value: number): string {
  return Math.abs(value) >= 1000 ? formatNumber(value) : String(Number(value.toPrecision(4)));
}

/** Formats an integer with separators of thousands. */
export function formatCount(value: number): string {
  return value.toLocaleString("en-US");
}

/** Formats a duration in seconds as `1.5 s`, `12 s`, `3 min 05 s` or `2 h 07 min`. */
export function formatSeconds(seconds: number): string {
  return seconds < 10 ? `${seconds.toFixed(1)} s` : formatDuration(seconds);
}
