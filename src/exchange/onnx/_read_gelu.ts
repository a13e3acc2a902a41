/** Finds GELU where it is written out: x · (1 + erf(x / √2)) / 2, in any order of its factors. */

import type { GraphIndex } from "./_graph_index.ts";
import type { OnnxNode } from "./message.ts";

/** How far a constant of another program may be from the exact one. */
const CLOSE = 1e-5;

const isNear = (value: number | undefined, wanted: number) =>
  value !== undefined && Math.abs(value - wanted) < CLOSE * wanted;

/**
 * Finds the operators of a GELU that reads a value.
 *
 * @param index The graph.
 * @param value Name of the value.
 * @returns Name of its output; `undefined` if no GELU reads it.
 */
export function matchGelu(index: GraphIndex, value: string): string | undefined {
  const scaled = index.readers(value).find((node) => scalesForErf(index, node, value));
  const error = scaled && only(index, scaled.outputs[0]);
  const raised = error?.type === "Erf" ? only(index, error.outputs[0]) : undefined;
  if (raised?.type !== "Add" || !isNear(otherNumber(index, raised, error!.outputs[0]!), 1)) {
    return undefined;
  }
  const halves = index.readers(value).filter((node) =>
    node.type === "Mul" && isNear(otherNumber(index, node, value), 0.5)
  ).flatMap(({ outputs }) => outputs);
  // What is still to be multiplied by: x and a half, in two products or in one.
  let [last, hasValue, hasHalf] = [raised.outputs[0]!, false, false];
  while (!hasValue || !hasHalf) {
    const product = only(index, last);
    if (product?.type !== "Mul") return undefined;
    const other = product.inputs.find((input) => input !== last);
    if (other === value && !hasValue) hasValue = true;
    else if (isNear(index.number(other), 0.5) && !hasHalf) hasHalf = true;
    else if (halves.includes(other ?? "") && !hasValue && !hasHalf) hasValue = hasHalf = true;
    else return undefined;
    last = product.outputs[0]!;
  }
  return last;
}

function scalesForErf(index: GraphIndex, node: OnnxNode, value: string): boolean {
  const number = otherNumber(index, node, value);
  return node.type === "Div" && node.inputs[0] === value && isNear(number, Math.SQRT2) ||
    node.type === "Mul" && isNear(number, Math.SQRT1_2);
}

/** The constant that an operator with two inputs has beside a value. */
function otherNumber(index: GraphIndex, node: OnnxNode, value: string): number | undefined {
  return index.number(node.inputs.find((input) => input !== value));
}

function only(index: GraphIndex, name: string | undefined): OnnxNode | undefined {
  const readers = index.readers(name ?? "");
  return readers.length === 1 ? readers[0] : undefined;
}
