/** Makes of a trained model the module that is shipped as the starter model. */

import { writeNpz } from "../src/io/npz_writer.ts";
import type { Calibration, RegimeCalibration } from "../src/model/calibration.ts";
import { serializeModel } from "../src/model/save_load.ts";
import type { TrainedModel } from "../src/model/trained_model.ts";
import { sealPanel } from "../src/panel/digest.ts";

/** Half-widths of intervals are kept in steps of this. */
const STEP = 1e-3;
const LINE_CHARACTERS = 100;

/**
 * Rounds weights and label statistics to 16-bit floats, and half-widths of intervals up.
 *
 * @throws {TypeError} If the panel holds more than statistics.
 */
export async function roundModel(model: TrainedModel): Promise<TrainedModel> {
  const { panel, calibration } = model;
  const { digest: _, ...content } = panel!;
  if (content.statistics === undefined || content.cellTypes.length > 0) {
    throw new TypeError("Cannot pack the model: found a panel, expected label statistics alone");
  }
  const values = content.statistics.values.map(Math.f16round);
  return {
    ...model,
    weights: model.weights.map((weights) => weights.map(Math.f16round)),
    panel: await sealPanel({ ...content, statistics: { ...content.statistics, values } }),
    ...(calibration && { calibration: roundCalibration(calibration) }),
  };
}

function roundCalibration({ regimes, ...rest }: Calibration): Calibration {
  const rounded = Object.entries(regimes).map((
    [name, { limits, halfWidths, ...counts }]: [string, RegimeCalibration],
  ) => [name, {
    ...counts,
    limits,
    halfWidths: halfWidths.map((widths) =>
      widths.map((width) => Math.ceil(width / STEP) / Math.round(1 / STEP))
    ),
  }]);
  return { ...rest, regimes: Object.fromEntries(rounded) };
}

/** Packs a rounded model as `unpackModel` reads it. */
export async function packModel(model: TrainedModel): Promise<Uint8Array<ArrayBuffer>> {
  const { json, panel } = await serializeModel(model);
  const weights = Float32Array.from(model.weights.flatMap((values) => [...values]));
  const text = new TextEncoder().encode(json);
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
  const [bytes] = await Promise.all([
    new Response(readable).bytes(),
    writeNpz(writable, [
      { name: "model", dtype: "uint8", shape: [text.length], data: text },
      { name: "weights", dtype: "float16", shape: [weights.length], data: weights },
      { name: "panel", dtype: "uint8", shape: [panel!.length], data: panel! },
    ], { compress: true }),
  ]);
  return bytes;
}

/** The text of `src/starter/_starter_model.ts`. */
export function formatStarterModule(bytes: Uint8Array): string {
  const lines = bytes.toBase64().replace(
    new RegExp(`.{${LINE_CHARACTERS}}`, "g"),
    "$&\n",
  ).trimEnd();
  return `/** Made by \`deno task starter\`; docs/starter.md says of what. \`unpack_model.ts\` has the layout. */

/** The starter model, an npz file in base64. */
export const STARTER_MODEL = \`
${lines}
\`;
`;
}
