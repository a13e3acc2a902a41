import { gruLayout, type GruNode } from "../gru/shape.ts";
import { lstmLayout, type LstmNode } from "../lstm/shape.ts";
import type { RecurrentLayout } from "./layout.ts";

/** The layout of a recurrent layer of either kind. */
export function recurrentLayout(node: GruNode | LstmNode): RecurrentLayout {
  return node.kind === "lstm" ? lstmLayout(node.shape) : gruLayout(node.shape);
}
