/**
 * What a stretch of signal holds: only zeros, which are as much counts as logarithms of counts; counts; ln(1 + count);
 * other numbers; or logarithms among something else.
 */
export type SignalContent = "zeros" | "counts" | "logarithms" | "numbers" | "mixed";

/** What two stretches of a signal are together. */
export function joinContents(one: SignalContent, other: SignalContent): SignalContent {
  if (one === other || other === "zeros") return one;
  if (one === "zeros") return other;
  const both = [one, other];
  return both.includes("logarithms") || both.includes("mixed") ? "mixed" : "numbers";
}
