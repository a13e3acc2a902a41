import { sha256 } from "../_bytes.ts";
import type { SessionState } from "../engine/engine.ts";
import { FormatError } from "../errors.ts";
import {
  type CheckpointHeader,
  parseCheckpointHeader,
  type RunHeader,
  STATE_ARRAYS,
  type StateArray,
  type StateHeader,
  statesOf,
} from "./_checkpoint_header.ts";
import type { FitCheckpoint, RunCheckpoint } from "./fit_types.ts";

const MAGIC = "HISTONE CHECKPOINT 1\n";
const DIGEST_BYTES = 32;

/**
 * Writes a checkpoint as bytes: a line that says what they are, a line of JSON, the float32 values, little-endian,
 * and a SHA-256 digest of everything before it.
 */
export async function encodeCheckpoint(
  checkpoint: FitCheckpoint,
): Promise<Uint8Array<ArrayBuffer>> {
  const runs = checkpoint.runs.map(({ state, underWay, ...run }): RunHeader => ({
    ...{ ...run, state: describeState(state) },
    ...(underWay && { underWay: describeState(underWay) }),
  }));
  const header: CheckpointHeader = { ...checkpoint, runs };
  const head = new TextEncoder().encode(`${MAGIC}${JSON.stringify(header)}\n`);
  const arrays = checkpoint.runs.flatMap(statesOf)
    .flatMap((state) => STATE_ARRAYS.flatMap((name) => state[name]));
  const values = arrays.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(head.length + 4 * values + DIGEST_BYTES);
  bytes.set(head);
  let place = head.length;
  // The typed arrays of the host are taken to be little-endian, as in npy files.
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), place);
    place += byteLength;
  }
  bytes.set(await sha256(bytes.subarray(0, place)), place);
  return bytes;
}

/**
 * Reads a checkpoint.
 *
 * @param bytes What {@linkcode encodeCheckpoint} returned.
 * @param file Name of the file, for errors.
 * @throws {FormatError} If the bytes are something else, cut short or changed.
 */
export async function decodeCheckpoint(
  bytes: Uint8Array<ArrayBuffer>,
  file?: string,
): Promise<FitCheckpoint> {
  const fail = (found: string): never => {
    throw new FormatError(`Cannot read checkpoint: ${found}`, { file });
  };
  const magic = new TextEncoder().encode(MAGIC);
  if (!magic.every((byte, i) => bytes[i] === byte)) return fail("it is not one of this package");
  const end = bytes.length - DIGEST_BYTES;
  const headEnd = bytes.indexOf(10, magic.length);
  if (end < headEnd || headEnd < 0) return fail("it is cut short");
  const found = await sha256(bytes.subarray(0, end));
  if (found.some((byte, i) => byte !== bytes[end + i])) return fail("its digest does not match");
  const text = new TextDecoder().decode(bytes.subarray(magic.length, headEnd));
  const header = parseCheckpointHeader(text, (end - headEnd - 1) / 4, fail);
  let place = headEnd + 1;
  const readArray = (length: number) =>
    new Float32Array(bytes.slice(place, place += 4 * length).buffer);
  const readState = ({ step, lengths }: StateHeader): SessionState => {
    const [weights, firstMoments, secondMoments] = STATE_ARRAYS.map((name) =>
      lengths[name].map(readArray)
    );
    return { step, weights, firstMoments, secondMoments };
  };
  const runs = header.runs.map(({ state, underWay, ...run }): RunCheckpoint => {
    // JSON leaves out what is undefined.
    const history = run.history.map((record) => {
      return { ...record, validationLoss: record.validationLoss };
    });
    return {
      ...{ ...run, history, state: readState(state) },
      ...(underWay && { underWay: readState(underWay) }),
    };
  });
  return { ...header, runs };
}

function describeState({ step, ...arrays }: SessionState): StateHeader {
  const lengths = (name: StateArray) => arrays[name].map(({ length }) => length);
  return {
    step,
    lengths: {
      weights: lengths("weights"),
      firstMoments: lengths("firstMoments"),
      secondMoments: lengths("secondMoments"),
    },
  };
}
