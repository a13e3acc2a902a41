import { THREEFRY_GROUPS, THREEFRY_PARITY, THREEFRY_ROTATIONS } from "../../../base/threefry.ts";
import { dropoutScale, dropoutThreshold, isDroppedByBits } from "../../dropout.ts";
import { formatFloatWgsl, unrollWgsl } from "../kernel.ts";

/**
 * WGSL that declares `NAME(key, position, unit)` for one rate and so many values of an entry: 0, or the factor that kept values are scaled by. The
 * words are those of Threefry-2x32-20, see `src/base/threefry.ts`; `src/engine/dropout.ts` says which word decides.
 */
export function declareDropoutWgsl(name: string, rate: number, units: number): string {
  const scale = formatFloatWgsl(dropoutScale(rate));
  if (isDroppedByBits(rate, units)) {
    return `fn ${name}(key: vec2u, position: u32, unit: u32) -> f32 {
  let words = threefry(key, vec2u(position, unit >> 6u));
  return select(0.0f, ${scale}, ((words[(unit >> 5u) & 1u] >> (unit & 31u)) & 1u) == 1u);
}`;
  }
  return `fn ${name}(key: vec2u, position: u32, unit: u32) -> f32 {
  let words = threefry(key, vec2u(position, unit >> 1u));
  return select(${scale}, 0.0f, words[unit & 1u] < ${dropoutThreshold(rate)}u);
}`;
}

function fourRoundsWgsl(index: number): string {
  const rounds = THREEFRY_ROTATIONS[index % 2]!.map((bits) =>
    `  x.x += x.y; x.y = ((x.y << ${bits}u) | (x.y >> ${32 - bits}u)) ^ x.x;`
  );
  return `${rounds.join("\n")}
  x += vec2u(keys[${(index + 1) % 3}], keys[${(index + 2) % 3}] + ${index + 1}u);`;
}

/** WGSL for `threefry(key, counter)`. */
export const THREEFRY_WGSL: string = `fn threefry(key: vec2u, counter: vec2u) -> vec2u {
  let keys = vec3u(key, ${THREEFRY_PARITY}u ^ key.x ^ key.y);
  var x = counter + key;
${unrollWgsl(THREEFRY_GROUPS, fourRoundsWgsl)}
  return x;
}`;
