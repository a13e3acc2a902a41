/** Damage to bytes, most of it at the places that a part names: its fields and the boundaries of its structures. */

import type { RandomStream } from "../../src/random.ts";
import { between, chance, pick } from "./choose.ts";
import type { Bytes, Field, Part } from "./seed.ts";

/** What a mutator works with. */
export interface Damage {
  readonly random: RandomStream;
  /** The part being damaged, whole. */
  readonly part: Part;
  /** Other sound files of the same kind, to splice in. */
  readonly donors: readonly Part[];
}

/** Returns damaged bytes; may change the ones it is given. */
export type Mutator = (bytes: Bytes, damage: Damage) => Bytes;

/** No file grows beyond this, so that what a reader costs is the file's doing and not its length's. */
export const LARGEST_BYTES = 1 << 18;

/** Every {@linkcode Mutator} of bytes. */
export const BYTE_MUTATORS: readonly Mutator[] = [
  flipBits,
  overwrite,
  lie,
  lie,
  lie,
  cut,
  remove,
  repeat,
  insert,
  splice,
];

function flipBits(bytes: Bytes, { random }: Damage): Bytes {
  if (bytes.length === 0) return bytes;
  const count = between(random, 1, 8);
  for (let i = 0; i < count; i++) bytes[random.below(bytes.length)]! ^= 1 << random.below(8);
  return bytes;
}

function overwrite(bytes: Bytes, { random }: Damage): Bytes {
  if (bytes.length === 0) return bytes;
  const start = random.below(bytes.length);
  return bytes.fill(
    pick(random, [0, 0xff, 0x7f, 0x80, 0x20]),
    start,
    start + between(random, 1, 16),
  );
}

/** Makes a number in the file lie. */
function lie(bytes: Bytes, { random, part }: Damage): Bytes {
  const { fields = [] } = part;
  const inside = fields.filter((field) => field.offset + field.bytes <= bytes.length);
  if (inside.length === 0) return bytes;
  const field = pick(random, inside);
  const lies = chance(random, 0.5) ? EXTREMES : nearbyLies(bytes, field, inside, random);
  writeField(bytes, field, pick(random, lies));
  return bytes;
}

const EXTREMES: readonly bigint[] = [
  0n,
  1n,
  2n,
  255n,
  256n,
  65_535n,
  65_536n,
  2n ** 24n,
  2n ** 26n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 40n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/** Lies that look like the truth: near it, the file's size, another field's number or place, which makes rings. */
function nearbyLies(
  bytes: Bytes,
  field: Field,
  fields: readonly Field[],
  random: RandomStream,
): bigint[] {
  const truth = readField(bytes, field);
  const other = pick(random, fields);
  const places = [bytes.length - 1, bytes.length, bytes.length + 1, field.offset, other.offset];
  return [
    truth - 1n,
    truth + 1n,
    truth * 2n,
    truth + 8n,
    truth + 65_536n,
    readField(bytes, other),
    ...places.map(BigInt),
  ];
}

function readField(bytes: Bytes, field: Field): bigint {
  let value = 0n;
  for (let i = field.bytes - 1; i >= 0; i--) {
    value = value * 256n + BigInt(bytes[field.offset + i]!);
  }
  return value;
}

function writeField(bytes: Bytes, field: Field, value: bigint): void {
  let left = BigInt.asUintN(64, value);
  for (let i = 0; i < field.bytes; i++, left /= 256n) bytes[field.offset + i] = Number(left % 256n);
}

function cut(bytes: Bytes, damage: Damage): Bytes {
  return bytes.slice(0, place(bytes, damage));
}

function remove(bytes: Bytes, damage: Damage): Bytes {
  const [start, end] = range(bytes, damage);
  return join(bytes.subarray(0, start), bytes.subarray(end));
}

/** Has a range twice, or many times: duplicated members, rows and records. */
function repeat(bytes: Bytes, damage: Damage): Bytes {
  const [start, end] = range(bytes, damage);
  const times = chance(damage.random, 0.8) ? 1 : between(damage.random, 2, 100);
  const room = Math.floor((LARGEST_BYTES - bytes.length) / Math.max(1, end - start));
  const copies = Array(Math.max(0, Math.min(times, room))).fill(bytes.subarray(start, end));
  return join(bytes.subarray(0, end), ...copies, bytes.subarray(end));
}

function insert(bytes: Bytes, damage: Damage): Bytes {
  const { random } = damage;
  if (bytes.length >= LARGEST_BYTES) return bytes;
  const at = place(bytes, damage);
  const filling = new Uint8Array(
    chance(random, 0.9) ? between(random, 1, 32) : between(random, 1, 70_000),
  );
  if (chance(random, 0.5)) filling.fill(random.below(256));
  else for (let i = 0; i < Math.min(64, filling.length); i++) filling[i] = random.below(256);
  return join(bytes.subarray(0, at), filling, bytes.subarray(at));
}

/** The front of this file and the back of another. */
function splice(bytes: Bytes, damage: Damage): Bytes {
  const donor = pick(damage.random, [damage.part, ...damage.donors]);
  const from = place(donor.bytes, { ...damage, part: donor });
  return join(bytes.subarray(0, place(bytes, damage)), donor.bytes.subarray(from));
}

/** A place in the file: mostly a boundary or next to one. */
function place(bytes: Bytes, { random, part }: Damage): number {
  const { boundaries = [] } = part;
  if (boundaries.length === 0 || chance(random, 0.3)) return random.below(bytes.length + 1);
  const near = pick(random, boundaries) + (chance(random, 0.7) ? 0 : between(random, -4, 4));
  return Math.max(0, Math.min(bytes.length, near));
}

function range(bytes: Bytes, damage: Damage): [start: number, end: number] {
  const [a, b] = [place(bytes, damage), place(bytes, damage)];
  return [Math.min(a, b), Math.max(a, b)];
}

function join(...pieces: Uint8Array[]): Bytes {
  const joined = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    joined.set(piece, at);
    at += piece.length;
  }
  return joined;
}
