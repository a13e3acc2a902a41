import { sha256 } from "../base/bytes.ts";
import type { SessionState } from "../engine/engine.ts";
import { FormatError } from "../errors.ts";
import type { Weights } from "../model/initial_weights.ts";
import {
  type CheckpointHeader,
  type LogReference,
  parseCheckpointHeader,
  type RunHeader,
  statesOf,
} from "./_checkpoint_header.ts";
import { checkNotFreed } from "./_check_arguments.ts";
import { LINE_FEED } from "../text/characters.ts";
import { describeState, packStates, stateReader } from "./_states.ts";
import type { FitCheckpoint, RunCheckpoint } from "./fit_types.ts";

const MAGIC = "HISTONE CHECKPOINT 2\n";
const DIGEST_BYTES = 32;

/**
 * Encodes a checkpoint: a line that says what the bytes are, a line of JSON, the float32 values, little-endian, and a
 * SHA-256 digest of everything before it.
 *
 * @param checkpoint What `CheckpointOptions.save` was given.
 * @returns The bytes, for {@linkcode decodeCheckpoint}.
 * @throws {ContractError} If it was kept after `save` without being copied, and its memory was freed.
 *
 * @example A checkpoint as bytes, and back
 * ```ts
 * import { Dataset } from "@waka/histone/data";
 * import { simulateColumns } from "@waka/histone/simulate";
 * import { decodeCheckpoint, encodeCheckpoint, fit } from "@waka/histone/training";
 * import { strictEqual } from "node:assert";
 *
 * const data = new Dataset(simulateColumns({ cellTypes: 2, genes: 8, newGenes: 1, bins: 20 }).train);
 * let bytes = new Uint8Array();
 * await fit("experiment1", data, {
 *   engine: "wasm",
 *   epochs: 1,
 *   checkpoint: { save: async (checkpoint) => void (bytes = await encodeCheckpoint(checkpoint)) },
 * });
 * strictEqual((await decodeCheckpoint(bytes)).epoch, 1);
 * ```
 */
export async function encodeCheckpoint(
  checkpoint: FitCheckpoint,
): Promise<Uint8Array<ArrayBuffer>> {
  checkNotFreed(checkpoint, "encode a checkpoint");
  return await encodePart(checkpoint);
}

/** Encodes a checkpoint that may refer to a log for the rest. */
export async function encodePart(
  checkpoint: FitCheckpoint & { readonly log?: LogReference },
): Promise<Uint8Array<ArrayBuffer>> {
  const stated = checkpoint.runs.map(({ bestWeights, ...run }) => {
    return { ...run, best: bestWeights && asState(bestWeights) };
  });
  const runs = stated.map(({ state, underWay, best, ...run }): RunHeader => ({
    ...run,
    state: describeState(state),
    ...(underWay && { underWay: describeState(underWay) }),
    ...(best && { best: describeState(best) }),
  }));
  const header: CheckpointHeader = { ...checkpoint, runs };
  const text = `${MAGIC}${JSON.stringify(header)}`;
  const bytes = packStates(text, stated.flatMap((run) => statesOf(run)), DIGEST_BYTES);
  const end = bytes.length - DIGEST_BYTES;
  bytes.set(await sha256(bytes.subarray(0, end)), end);
  return bytes;
}

function asState(weights: Weights): SessionState {
  return { step: 0, weights, firstMoments: [], secondMoments: [] };
}

/**
 * Decodes a checkpoint.
 *
 * @param bytes What {@linkcode encodeCheckpoint} returned.
 * @param file Name of the file, for errors.
 * @returns The checkpoint, for `FitOptions.resume`.
 * @throws {FormatError} If the bytes are something else, cut short or changed.
 *
 * @example Bytes that are not a checkpoint
 * ```ts
 * import { decodeCheckpoint } from "@waka/histone/training";
 * import { rejects } from "node:assert";
 *
 * await rejects(decodeCheckpoint(new Uint8Array(100), "run/000001.checkpoint"), /it is not a checkpoint of this package/);
 * ```
 */
export async function decodeCheckpoint(
  bytes: Uint8Array<ArrayBuffer>,
  file?: string,
): Promise<FitCheckpoint> {
  const { log, ...checkpoint } = await decodePart(bytes, file);
  if (log === undefined) return checkpoint;
  throw new FormatError(
    "Cannot read checkpoint: it is only a part, expected its directory (CheckpointFolder)",
    { file },
  );
}

/**
 * Decodes a checkpoint that may refer to a log for the rest.
 *
 * @throws As {@linkcode decodeCheckpoint} does.
 */
export async function decodePart(
  bytes: Uint8Array<ArrayBuffer>,
  file?: string,
): Promise<FitCheckpoint & { readonly log?: LogReference }> {
  const fail = (found: string): never => {
    throw new FormatError(`Cannot read checkpoint: ${found}`, { file });
  };
  const magic = new TextEncoder().encode(MAGIC);
  if (!magic.every((byte, i) => bytes[i] === byte)) {
    return fail("it is not a checkpoint of this package");
  }
  const end = bytes.length - DIGEST_BYTES;
  const headEnd = bytes.indexOf(LINE_FEED, magic.length);
  if (end < headEnd || headEnd < 0) return fail("it is cut short");
  const found = await sha256(bytes.subarray(0, end));
  if (found.some((byte, i) => byte !== bytes[end + i])) return fail("its digest does not match");
  const text = new TextDecoder().decode(bytes.subarray(magic.length, headEnd));
  const header = parseCheckpointHeader(text, (end - headEnd - 1) / 4, fail);
  const readState = stateReader(bytes, headEnd + 1);
  const runs = header.runs.map(({ state, underWay, best, ...run }): RunCheckpoint => {
    // JSON leaves out what is undefined.
    const history = run.history.map((record) => {
      return { ...record, validationLoss: record.validationLoss };
    });
    return {
      ...run,
      history,
      state: readState(state),
      ...(underWay && { underWay: readState(underWay) }),
      ...(best && { bestWeights: readState(best).weights }),
    };
  });
  return { ...header, runs };
}
