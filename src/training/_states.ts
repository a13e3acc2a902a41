/** States of runs as bytes: their lengths are in JSON, after which their values follow as float32, little-endian. */

import type { SessionState } from "../engine/engine.ts";
import { STATE_ARRAYS, type StateArray, type StateHeader } from "./_checkpoint_header.ts";

/** A state without its values. */
export function describeState({ step, ...arrays }: SessionState): StateHeader {
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

/**
 * Texts and values as bytes: the text, a line end, and the values of all states.
 *
 * @param text What precedes the values; it may have a line end before its last line.
 * @param states The states, in the order in which {@linkcode stateReader} is to return them.
 * @param room Bytes to leave free at the end.
 * @returns The bytes.
 */
export function packStates(
  text: string,
  states: readonly SessionState[],
  room = 0,
): Uint8Array<ArrayBuffer> {
  const head = new TextEncoder().encode(`${text}\n`);
  const arrays = states.flatMap((state) => STATE_ARRAYS.flatMap((name) => state[name]));
  const values = arrays.reduce((sum, { length }) => sum + length, 0);
  const bytes = new Uint8Array(head.length + 4 * values + room);
  bytes.set(head);
  let place = head.length;
  // The typed arrays of the host are taken to be little-endian, as in npy files.
  for (const { buffer, byteOffset, byteLength } of arrays) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), place);
    place += byteLength;
  }
  return bytes;
}

/**
 * Reads states one after another.
 *
 * @param bytes What {@linkcode packStates} made.
 * @param start The first byte of their values.
 * @returns A function that reads the next state.
 */
export function stateReader(
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
): (header: StateHeader) => SessionState {
  let place = start;
  const readArray = (length: number) =>
    new Float32Array(bytes.slice(place, place += 4 * length).buffer);
  return ({ step, lengths }) => {
    // In the order of STATE_ARRAYS, in which they were packed.
    const weights = lengths.weights.map(readArray);
    const firstMoments = lengths.firstMoments.map(readArray);
    const secondMoments = lengths.secondMoments.map(readArray);
    return { step, weights, firstMoments, secondMoments };
  };
}
