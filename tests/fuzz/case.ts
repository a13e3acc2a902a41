/** One damaged input, a function of (seed, reader, number) and nothing else. */

import { type ByteSource, bytesSource } from "../../src/files/byte_source.ts";
import { deriveKey, RandomStream } from "../../src/random.ts";
import { chance, pick } from "./choose.ts";
import { BYTE_MUTATORS, type Damage, type Mutator } from "./mutate_bytes.ts";
import { mutateJson } from "./mutate_json.ts";
import { onText, TEXT_MUTATORS } from "./mutate_text.ts";
import type { Bytes, Part, PartKind, Seed } from "./seed.ts";

/** A file of a case. */
export interface CaseFile {
  readonly name: string;
  readonly bytes: Bytes;
}

/** Which case; see {@linkcode makeCase}. */
export interface CaseName {
  /** The campaign's seed. */
  readonly seed: number;
  /** Name of the reader. */
  readonly reader: string;
  /** Number of the case, from 0. */
  readonly number: number;
}

const MUTATORS: Readonly<Record<PartKind, readonly Mutator[]>> = {
  binary: BYTE_MUTATORS,
  text: [...TEXT_MUTATORS.map(onText), ...TEXT_MUTATORS.map(onText), ...BYTE_MUTATORS],
  json: [...Array<Mutator>(30).fill(mutateJson), ...TEXT_MUTATORS.map(onText), ...BYTE_MUTATORS],
};

/** Damages one file of one of the seeds, and sometimes another of its files as well. */
export function makeCase({ seed, reader, number }: CaseName, seeds: readonly Seed[]): CaseFile[] {
  const random = new RandomStream(deriveKey(seed, "fuzz", reader, number));
  const chosen = pick(random, seeds);
  const victim = random.below(chosen.length);
  return chosen.map((part, index) => {
    const isDamaged = index === victim || chance(random, 0.1);
    const donors = seeds.flatMap((other) => other.slice(index, index + 1));
    const bytes = isDamaged ? damagePart({ random, part, donors }) : part.bytes.slice();
    return { name: part.name, bytes: part.wrap?.(bytes) ?? bytes };
  });
}

function damagePart(damage: Damage): Bytes {
  const mutators = MUTATORS[damage.part.kind];
  let bytes = damage.part.bytes.slice();
  do bytes = pick(damage.random, mutators)(bytes, damage); while (chance(damage.random, 0.4));
  return bytes;
}

/** The files of a seed as they are, to check that the readers accept valid files. */
export function soundFiles(seed: Seed): CaseFile[] {
  return seed.map((part: Part) => ({
    name: part.name,
    bytes: part.wrap?.(part.bytes.slice()) ?? part.bytes.slice(),
  }));
}

/** The files as sources, at least one. */
export function openFiles(files: readonly CaseFile[]): readonly [ByteSource, ...ByteSource[]] {
  const [first, ...others] = files.map(({ name, bytes }) => bytesSource(bytes, name));
  if (first === undefined) {
    throw new RangeError("Cannot open files: found none, expected at least 1");
  }
  return [first, ...others];
}
