import type { GraphTerm } from "../../../model/graph.ts";
import { type EntryLayout, NO_ITEM } from "../entries.ts";
import {
  bindRead,
  bindWrite,
  formatFloatWgsl,
  type Kernel,
  type KernelDescription,
  makeKernel,
} from "../kernel.ts";
import { locateValueWgsl, SAMPLE_COUNT, type Tensor } from "../tensors.ts";
import { coverTensor, locateThreadWgsl } from "./elementwise.ts";

/** A term of the join: of the type that `Type` names, or of any. */
export interface JoinShape<Type extends GraphTerm["type"] = GraphTerm["type"]> {
  /** Index of the term. */
  readonly index: number;
  readonly term: GraphTerm & { readonly type: Type };
  readonly layout: EntryLayout;
  /** The encoder's output for each branch. */
  readonly outputs: readonly Tensor[];
  /** The joined row of each sample. */
  readonly join: Tensor;
  readonly models: number;
}

/** A distance-weighted mean, and its trained factor k. */
export interface DistanceShape extends JoinShape<"distanceWeightedMean"> {
  /** Place of k among a model's weights. */
  readonly scale: number;
  readonly weightStride: number;
}

/** Threads that share the references of a sample. */
export const REFERENCE_THREADS = 32;

/** WGSL for a loop over the references that a sample has of a branch; `body` is given `item` and `reference`. */
export function forEachReferenceWgsl(
  layout: EntryLayout,
  branch: number,
  { sample, body }: { readonly sample: string; readonly body: string },
): string {
  return `  for (var reference = 0u; reference < ${layout.references}u; reference++) {
    let item = ${layout.itemWgsl(branch, sample, "reference")};
    if (item == ${NO_ITEM}) { continue; }
    ${body}
  }`;
}

/** Name of a buffer of a distance-weighted mean. */
export function nameOfDistance(index: number, what: "shares" | "deltas" | "scale"): string {
  return `distance${index}.${what}`;
}

/** Copies the outputs of a branch to the joined row. A thread has one value, as in all kernels of terms. */
export function joinOutputWgsl(shape: JoinShape<"output">): Kernel {
  const { layout, outputs, term: { branch } } = shape;
  const output = outputs[branch]!;
  return makeTermKernel(
    shape,
    { branch: output },
    `  let item = ${layout.itemWgsl(branch, "sample")};
  let found = branch[${locateValueWgsl(output, "item")} + unit];`,
  );
}

/** Joins the mean of a branch over the references present, 0 without any. */
export function joinMeanWgsl(shape: JoinShape<"mean">): Kernel {
  const { outputs, term: { branch } } = shape;
  const references = outputs[branch]!;
  return makeTermKernel(
    shape,
    { references },
    `${sumReferencesWgsl(shape, branch)}
  let found = sum / f32(max(${shape.layout.presentWgsl("sample")}, 1u));`,
  );
}

/** Joins a branch's output minus the mean of another one over the references present, 0 without any. */
export function joinDifferenceWgsl(shape: JoinShape<"difference">): Kernel {
  const { layout, outputs, term } = shape;
  const [branch, references] = [outputs[term.branch]!, outputs[term.references]!];
  return makeTermKernel(
    shape,
    { branch, references },
    `${sumReferencesWgsl(shape, term.references)}
  let own = ${layout.itemWgsl(term.branch, "sample")};
  let present = ${layout.presentWgsl("sample")};
  let apart = branch[${locateValueWgsl(branch, "own")} + unit] - sum / f32(max(present, 1u));
  let found = select(0.0f, apart, present > 0u);`,
  );
}

function sumReferencesWgsl({ layout, outputs }: JoinShape, branch: number): string {
  const body = `sum += references[${locateValueWgsl(outputs[branch]!, "item")} + unit];`;
  return `  var sum = 0.0f;
${forEachReferenceWgsl(layout, branch, { sample: "sample", body })}`;
}

/**
 * Finds the shares of a distance-weighted mean: the softmax over the references present of −sharpness · k · d², with d²
 * the mean squared difference of `near` and the reference. The kernel writes the share and d² of each,
 * `[model, sample, reference]`. A workgroup has a sample, a thread some of its references; the first thread takes the
 * softmax, in order.
 */
export function weighReferencesWgsl(shape: DistanceShape): Kernel {
  const { index, term, layout, outputs, join, models } = shape;
  const [near, references] = [outputs[term.near]!, outputs[term.references]!];
  const count = layout.references;
  return makeKernel({
    name: `join ${index} shares`,
    buffers: {
      near: bindRead(`${near.name}.value`),
      references: bindRead(`${references.name}.value`),
      places: bindRead("places", "u32"),
      weights: bindRead("weights"),
      shares: bindWrite(nameOfDistance(index, "shares"), "vec2f"),
    },
    declarations: `var<workgroup> squares: array<f32, ${count}>;
var<workgroup> parts: array<f32, ${count}>;`,
    threads: REFERENCE_THREADS,
    workgroups: [1, join.samples, models],
    body: `  let sample = group.y;
  if (sample >= step.samples) { return; }
${measureSquaresWgsl(shape)}
  workgroupBarrier();
  if (lane > 0u) { return; }
${takeSoftmaxWgsl(shape)}`,
  });
}

/** WGSL that sets `squares` to the d² of each reference, 0 where it is missing; threads divide the references. */
function measureSquaresWgsl({ term, layout, outputs }: DistanceShape): string {
  const [near, references] = [outputs[term.near]!, outputs[term.references]!];
  const values = near.positions * near.channels;
  return `  let own = ${locateValueWgsl(near, layout.itemWgsl(term.near, "sample"))};
  for (var reference = lane; reference < ${layout.references}u; reference += ${REFERENCE_THREADS}u) {
    let item = ${layout.itemWgsl(term.references, "sample", "reference")};
    var square = 0.0f;
    if (item != ${NO_ITEM}) {
      let other = ${locateValueWgsl(references, "item")};
      for (var i = 0u; i < ${values}u; i++) {
        let apart = references[other + i] - near[own + i];
        square += apart * apart;
      }
    }
    squares[reference] = square / ${formatFloatWgsl(values)};
  }`;
}

/** WGSL that writes the shares, and the squares that they come from. */
function takeSoftmaxWgsl({ term, layout, join, scale, weightStride }: DistanceShape): string {
  const count = layout.references;
  const forEach = (body: string) =>
    `  for (var reference = 0u; reference < ${count}u; reference++) {
    let item = ${layout.itemWgsl(term.references, "sample", "reference")};
${body}
  }`;
  return `  let factor = ${
    formatFloatWgsl(-term.sharpness)
  } * weights[model * ${weightStride}u + ${scale}u];
  var most = -3.4e38f;
${forEach(`    if (item != ${NO_ITEM}) { most = max(most, factor * squares[reference]); }`)}
  var total = 0.0f;
${
    forEach(`    var part = 0.0f;
    if (item != ${NO_ITEM}) { part = exp(factor * squares[reference] - most); }
    parts[reference] = part;
    total += part;`)
  }
  let to = (model * ${join.samples}u + sample) * ${count}u;
  for (var reference = 0u; reference < ${count}u; reference++) {
    let share = parts[reference] / max(total, 1e-30f);
    shares[to + reference] = vec2f(share, squares[reference]);
  }`;
}

/** Joins the mean of a branch over the references present, with the shares of {@linkcode weighReferencesWgsl}. */
export function joinWeightedMeanWgsl(shape: DistanceShape): Kernel {
  const { index, term, layout, outputs, join } = shape;
  const values = outputs[term.values]!;
  const body = `found += shares[first + reference].x * branch[${
    locateValueWgsl(values, "item")
  } + unit];`;
  return makeTermKernel(
    shape,
    { branch: values },
    `  let first = (model * ${join.samples}u + sample) * ${layout.references}u;
  var found = 0.0f;
${forEachReferenceWgsl(layout, term.values, { sample: "sample", body })}`,
    { shares: bindRead(nameOfDistance(index, "shares"), "vec2f") },
  );
}

/** A kernel with a thread for each value of a term; the statements set `found`, given `sample` and `unit`. */
function makeTermKernel(
  { index, term, join, models }: JoinShape,
  read: Readonly<Record<string, Tensor>>,
  statements: string,
  buffers: KernelDescription["buffers"] = {},
): Kernel {
  const part = { ...join, positions: 1, channels: term.size, count: SAMPLE_COUNT };
  const outputs = Object.entries(read).map(([name, { name: tensor }]) =>
    [name, bindRead(`${tensor}.value`)] as const
  );
  return makeKernel({
    name: `join ${index} ${term.type}`,
    buffers: {
      ...Object.fromEntries(outputs),
      ...buffers,
      places: bindRead("places", "u32"),
      value: bindWrite(`${join.name}.value`),
    },
    ...coverTensor(part, models),
    body: `${locateThreadWgsl(part)}
${statements}
  value[${locateValueWgsl(join, "sample")} + ${term.offset}u + unit] = found;`,
  });
}
