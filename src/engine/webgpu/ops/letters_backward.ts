import type { GradientRegion } from "../gradients.ts";
import { bindRead, bindWrite, type Kernel, makeKernel } from "../kernel.ts";
import { locateDeltaWgsl } from "../tensors.ts";
import { bindCodes, declareCodesWgsl, type LetterShape, locateCodesWgsl } from "./letters.ts";

/** Filters side by side in a workgroup, and threads of it. */
const FILTERS = 64;
const THREADS = 256;
/** Bases of a workgroup. */
const BASES = 64;

/** How the filters and taps of a kernel are divided among threads: each has one tap of one filter. */
function divide({ output, taps }: LetterShape) {
  const filterBlocks = Math.ceil(output.channels / FILTERS);
  const filters = Math.ceil(output.channels / filterBlocks);
  const tapsOfGroup = Math.min(taps, Math.floor(THREADS / filters));
  return { filterBlocks, filters, tapsOfGroup, tapBlocks: Math.ceil(taps / tapsOfGroup) };
}

/** Workgroups that each block of samples takes. */
export function letterGradientWorkgroups(shape: LetterShape): number {
  const { filterBlocks, tapBlocks } = divide(shape);
  return filterBlocks * tapBlocks;
}

/**
 * gradient[tap, letter, filter] = Σ over item, window of the deltas whose maximum saw that letter at that tap, and the
 * bias's Σ of the deltas, for each block of items. A thread has the four letters of a tap of a filter in registers, and
 * visits the maxima alone: a letter that is not known changes none of the four. Neighbouring threads are neighbouring
 * filters. Workgroups: x filters and taps, y blocks of items, z models.
 */
export function sumLetterGradientWgsl(
  shape: LetterShape,
  region: GradientRegion,
  gradientStride: number,
): Kernel {
  const { name, input, output, taps, left, pool, kernel, models } = shape;
  const { filterBlocks, filters, tapsOfGroup, tapBlocks } = divide(shape);
  const all = output.channels;
  return makeKernel({
    name: `${name} kernel gradient`,
    buffers: {
      ...bindCodes(shape),
      delta: bindRead(`${output.name}.delta`),
      ...(pool && { offsets: bindRead(`${output.name}.offset`, "u32") }),
      gradients: bindWrite("gradients"),
      ...input.count.buffers,
    },
    declarations: declareCodesWgsl(shape),
    threads: filters * tapsOfGroup,
    workgroups: [filterBlocks * tapBlocks, region.blocks, models],
    body: `  let filter_ = group.x % ${filterBlocks}u * ${filters}u + lane % ${filters}u;
  let tap = group.x / ${filterBlocks}u * ${tapsOfGroup}u + lane / ${filters}u;
  if (filter_ >= ${all}u || tap >= ${taps}u) { return; }
  let firstItem = group.y * ${region.blockSamples}u;
  let endItem = min(firstItem + ${region.blockSamples}u, ${input.count.wgsl});
  var sum = vec4f();
  var biasSum = 0.0f;
  for (var item = firstItem; item < endItem; item++) {
    let words = ${locateCodesWgsl(shape, "item")};
    let deltas = ${locateDeltaWgsl(output, "item")} + filter_;
    for (var window = 0u; window < ${output.positions}u; window++) {
      let d = delta[deltas + window * ${all}u];
      let position = ${pool ? `offsets[deltas + window * ${all}u]` : "window"};
      let code = codeAt(words, i32(position + tap) - ${left});
      sum += select(vec4f(), vec4f(d), vec4u(0u, 1u, 2u, 3u) == vec4u(code));
      biasSum += d;
    }
  }
  let block = model * ${gradientStride}u + ${region.start}u + group.y * ${region.size}u + filter_;
  for (var letter = 0u; letter < 4u; letter++) {
    gradients[block + (4u * tap + letter) * ${kernel.columns}u] = sum[letter];
  }
  if (tap == 0u) { gradients[block + ${kernel.bias - kernel.start}u] = biasSum; }`,
  });
}

/**
 * inputDelta[base, letter] = Σ over tap, filter of delta[position, filter] · kernel[tap, letter, filter], where
 * position = base + left − tap is, after a pooling, its window's maximum: what each letter there, the one present too,
 * would add to the output for a small share of it. A thread has the four letters of a base.
 */
export function letterBackwardWgsl(shape: LetterShape): Kernel {
  const { name, input, output, taps, left, pool, kernel, weightStride, models } = shape;
  const positions = input.positions + (shape.left + shape.right) - (taps - 1);
  const all = output.channels;
  const weight = (letter: number) => `weights[row + ${letter * kernel.columns}u]`;
  return makeKernel({
    name: `${name} input gradient`,
    buffers: {
      delta: bindRead(`${output.name}.delta`),
      ...(pool && { offsets: bindRead(`${output.name}.offset`, "u32") }),
      weights: bindRead("weights"),
      inputDelta: bindWrite(`${input.name}.delta`, "vec4f"),
      ...output.count.buffers,
    },
    threads: BASES,
    workgroups: [Math.ceil(input.positions / BASES), output.samples, models],
    body: `  let item = group.y;
  let base = group.x * ${BASES}u + lane;
  if (item >= ${output.count.wgsl} || base >= ${input.positions}u) { return; }
  var sum = vec4f();
  for (var tap = 0u; tap < ${taps}u; tap++) {
    let position = i32(base + ${left}u) - i32(tap);
    if (position < 0 || position >= ${positions}) { continue; }
    let window = u32(position) / ${pool ?? 1}u;
    if (window >= ${output.positions}u) { continue; }
    let deltas = ${locateDeltaWgsl(output, "item")} + window * ${all}u;
    for (var k = 0u; k < ${all}u; k++) {${
      pool
        ? `
      if (offsets[deltas + k] != u32(position)) { continue; }`
        : ""
    }
      let row = model * ${weightStride}u + ${kernel.start}u + 4u * tap * ${kernel.columns}u + k;
      sum += delta[deltas + k] * vec4f(${[0, 1, 2, 3].map(weight).join(", ")});
    }
  }
  inputDelta[${locateDeltaWgsl(input, "item")} / 4u + base] = sum;`,
  });
}
