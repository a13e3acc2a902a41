/** Numbers for readers, written the same by the package and by a script in a page. */

/** Formats a number with three significant digits, commas between thousands, and a dash if there is no value. */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  const short = Number(size.toPrecision(3));
  let text = String(short);
  if (size === Infinity) text = "∞";
  else if (short >= 1000) text = String(Math.round(size)).replace(/\B(?=(\d{3})+$)/g, ",");
  else if (size !== 0 && size < 0.0001) text = size.toExponential(1).replace("e-", "e−");
  return value < 0 ? "−" + text : text;
}

/** Formats a number with its sign, as of an effect. */
export function formatSigned(value: number): string {
  return value > 0 ? "+" + formatValue(value) : formatValue(value);
}

/** Formats a q-value, which is told apart from 0 only. */
export function formatQValue(value: number): string {
  return value < 0.001 ? "< 0.001" : formatValue(value);
}

/** Formats the end of a scale, with two significant digits. */
export function formatEnd(value: number): string {
  return formatValue(Number(value.toPrecision(2)));
}

/** Formats the end of a scale of effects. */
export function formatSignedEnd(value: number): string {
  return formatSigned(Number(value.toPrecision(2)));
}
