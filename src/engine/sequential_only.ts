import { isBranched, type ModelSpec } from "../model/spec.ts";

/**
 * Why an engine that runs sequential models of the older layers only cannot run a model.
 *
 * @param spec A valid model.
 * @returns The reason, or `undefined` if it can.
 */
export function findUnsupported(spec: ModelSpec): string | undefined {
  if (isBranched(spec)) return "it has no branches";
  const layer = spec.layers.findIndex((layer) =>
    layer.type === "linear" || layer.type === "activation" && layer.kind === "gelu"
  );
  if (layer < 0) return undefined;
  return `it has no ${spec.layers[layer].type === "linear" ? "linear" : "gelu"} (layers[${layer}])`;
}
