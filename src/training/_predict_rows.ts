import type { Dataset } from "../data/dataset.ts";
import type { CallOptions, Session } from "../engine/engine.ts";
import type { SampleSource } from "../engine/sample_source.ts";
import type { RunRows } from "./_group_samples.ts";
import { eachWindow, hasWindows } from "./_windows.ts";

/**
 * Predicts samples in an order in which a batch computes what they share once: gene by gene for models that read a panel,
 * else as they are. Samples that are not in memory are read window by window, the next one while one is predicted.
 *
 * @param session Models, one for each list of rows.
 * @param samples The source and the rows.
 * @param options The data sets of which the rows are, and how to report and end.
 * @returns The outputs of each model, in the order of its rows.
 */
export async function predictRows(
  session: Session,
  { source, rows }: RunRows,
  { sets, ...options }: CallOptions & { readonly sets: readonly Dataset[] },
): Promise<Float32Array<ArrayBuffer>[]> {
  if (!sharesByGene(source)) return await predictWindows(session, { source, rows }, options);
  const orders = sets.map(orderByGene);
  const sorted = rows.map((own, i) => Uint32Array.from(orders[i]!, (position) => own[position]!));
  const predicted = await session.predict(source, sorted, options);
  return predicted.map((values, i) => {
    const placed = new Float32Array(values.length);
    for (const [place, position] of orders[i]!.entries()) placed[position] = values[place]!;
    return placed;
  });
}

async function predictWindows(
  session: Session,
  { source, rows }: RunRows,
  options: CallOptions,
): Promise<Float32Array<ArrayBuffer>[]> {
  if (!hasWindows(source)) return await session.predict(source, rows, options);
  const { signal, onProgress } = options;
  const predicted = rows.map(({ length }) => new Float32Array(length));
  const total = rows.reduce((sum, { length }) => sum + length, 0);
  let before = 0;
  for await (const window of eachWindow({ source, rows, signal })) {
    const values = await session.predict(window.source, window.rows, {
      signal,
      onProgress: onProgress &&
        (({ done }) => onProgress({ done: before + done, total, unit: "samples" })),
    });
    for (const [i, own] of values.entries()) {
      if (own.length > 0) predicted[i]!.set(own, window.start);
      before += own.length;
    }
  }
  return predicted;
}

/** Whether samples of one gene share something that a batch computes once. */
export function sharesByGene({ inputs }: SampleSource): boolean {
  return inputs.some(({ name }) => name === "references");
}

/** The positions of a data set's samples, gene by gene. */
export function orderByGene(data: Dataset): Uint32Array<ArrayBuffer> {
  const genes = data.geneIndices();
  return Uint32Array.from(genes.keys()).sort((a, b) => genes[a]! - genes[b]! || a - b);
}
