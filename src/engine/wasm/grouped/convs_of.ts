import type { ConvNode, GroupedNode, GruDirection } from "./types.ts";

/** The convolutions that a node consists of, or none. */
export function convsOf(node: GroupedNode): readonly ConvNode[] {
  if (node.kind === "conv") return [node];
  return node.kind === "gru" ? node.directions.flatMap(convsOfDirection) : [];
}

function convsOfDirection({ project, recurrent }: GruDirection): ConvNode[] {
  if (recurrent === undefined) return [project];
  const { resets, gates, candidate } = recurrent;
  return [project, resets, gates, candidate];
}
