/** States of runs as bytes: their lengths stand in JSON, their values follow it as float32, little-endian. */

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
 * @param text What stands before the values; without line ends but in front of its last line.
 * @param states In the order in which {@linkcode stateReader} is to give them.
 * @param room Bytes to leave free at the end.
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

/** Reads states one after the other, from the first byte of their values on. */
export function stateReader(
  bytes: Uint8Array<ArrayBuffer>,
  start: number,
): (header: StateHeader) => SessionState {
  let place = start;
  const readArray = (length: number) =>
    new Float32Array(bytes.slice(place, place += 4 * length).buffer);
  return ({ step, lengths }) => {
    const [weights, firstMoments, secondMoments] = STATE_ARRAYS.map((name) =>
      lengths[name].map(readArray)
    );
    return { step, weights, firstMoments, secondMoments };
  };
}
