import type { EpochRequest } from "./engine.ts";

/** The piece of an epoch's order that a request is about: from `start` to `end`, within the order. */
export function pieceOf(
  { order, start = 0, end = order.length }: Pick<EpochRequest, "order" | "start" | "end">,
): { start: number; end: number } {
  return { start: Math.min(start, order.length), end: Math.min(end, order.length) };
}
