/** Tells models that this package saved from those of other programs. */

import { FormatError } from "../errors.ts";

/**
 * Returns what this package writes alongside the layers.
 *
 * @throws {FormatError} If it is not there, with what the file says of its origin.
 */
export function metadataOf(content: unknown, file: string): Record<string, unknown> {
  const { histone } = Object(Object(content).userDefinedMetadata);
  if (typeof histone === "object" && histone !== null) return histone;
  throw new FormatError(`Cannot load model: ${describeForeignModel(content)}`, { file });
}

/** Explains why the content of a model.json is not a model of this package. */
function describeForeignModel(content: unknown): string {
  const { format, generatedBy, convertedBy, modelTopology, class_name: layers } = Object(content);
  const said = "userDefinedMetadata.histone is missing, so it was not saved by @waka/histone";
  const programs = [generatedBy, convertedBy].filter((name) => typeof name === "string")
    .map((name: string) => name.slice(0, 100));
  if (programs.includes("@waka/histone")) {
    return "userDefinedMetadata.histone is missing: another program has saved it again without what " +
      "@waka/histone had written there";
  }
  const isGraph = format === "graph-model";
  if (programs.length > 0 || modelTopology !== undefined) {
    const by = programs.length > 0 ? ` but by ${programs.join(" and ")}` : "";
    const kind = isGraph ? ", as a graph of operations without layers" : "";
    const next = isGraph
      ? "; nor does import take graphs: convert the model to layers, which it takes with a data record"
      : ": import takes them with a data record";
    return `${said}${by}${kind}. Only models that train wrote are loaded, since ` +
      `others do not say what data they were trained on${next}`;
  }
  return layers === undefined
    ? said
    : `${said}; it looks like the layers of a Keras model, without weights`;
}
