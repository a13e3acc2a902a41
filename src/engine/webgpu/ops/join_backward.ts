/**
 * The backward pass from the joined row to the items of the encoders.
 *
 * An item's delta is the sum over its uses of what each term passes to it. A thread has one value of an item and adds
 * up its uses in order, so no sum depends on timing. The terms that are linear in an encoder's outputs come first, in
 * one kernel; each distance-weighted mean adds its part.
 *
 * @module
 */

import type { GraphTerm } from "../../../model/graph.ts";
import type { GradientRegion } from "../gradients.ts";
import { type EncoderEntries, NO_ITEM } from "../entries.ts";
import {
  bindRead,
  bindWrite,
  formatFloatWgsl,
  type Kernel,
  type KernelDescription,
  makeKernel,
} from "../kernel.ts";
import { deriveActivationWgsl, locateDeltaWgsl, locateValueWgsl, type Tensor } from "../tensors.ts";
import { coverTensor, locateThreadWgsl } from "./elementwise.ts";
import {
  type DistanceShape,
  forEachReferenceWgsl,
  type JoinShape,
  nameOfDistance,
  REFERENCE_THREADS,
} from "./join.ts";

/** An encoder, and the join that its deltas come from. */
export interface EncoderShape extends Omit<JoinShape, "index" | "term"> {
  readonly encoder: EncoderEntries;
  /** The encoder's output. */
  readonly output: Tensor;
}

/** Computes the deltas of an encoder's items from all terms but distance-weighted means. */
export function joinLinearBackwardWgsl(
  { join, ...shape }: EncoderShape,
  terms: readonly GraphTerm[],
): Kernel {
  const parts = shape.encoder.branches.map((branch) => ({
    branch,
    statements: terms.flatMap((term) => {
      const factor = linearFactorWgsl({ join, ...shape }, term, branch);
      if (factor === undefined) return [];
      const place = `${locateDeltaWgsl(join, "row")} + ${term.offset}u + unit`;
      return [`sum += joinDelta[${place}] * ${factor};`];
    }),
  }));
  return makeItemKernel({ join, ...shape }, {
    name: `join to encoder ${shape.encoder.index}`,
    buffers: { joinDelta: bindRead(`${join.name}.delta`) },
    parts,
    assign: "=",
  });
}

/** WGSL for the factor of a term's deltas that a use of a branch gets; `undefined` if the term does not use it. */
function linearFactorWgsl(
  { layout }: EncoderShape,
  term: GraphTerm,
  branch: number,
): string | undefined {
  const present = layout.presentWgsl("row");
  const share = `1.0f / f32(max(${present}, 1u))`;
  switch (term.type) {
    case "output":
      return term.branch === branch ? "1.0f" : undefined;
    case "mean":
      return term.branch === branch ? `(${share})` : undefined;
    case "difference":
      if (term.references === branch) return `(-${share})`;
      return term.branch === branch ? `select(0.0f, 1.0f, ${present} > 0u)` : undefined;
    case "distanceWeightedMean":
      return undefined;
  }
}

/**
 * The backward pass of the softmax of a distance-weighted mean. With g the product of a reference's values and the
 * term's deltas, the delta of its score is share · (g − Σ share · g). The kernel writes the delta of its mean squared
 * difference times 2 / values, `[model, sample, reference]`, and each sample's part of the gradient of k.
 */
export function weighReferencesBackwardWgsl(shape: DistanceShape): Kernel {
  const { index, term, layout, outputs, join, models, scale, weightStride } = shape;
  const [near, values] = [outputs[term.near]!, outputs[term.values]!];
  const count = layout.references;
  const compared = near.positions * near.channels;
  const sharpness = formatFloatWgsl(-term.sharpness);
  return makeKernel({
    name: `join ${index} shares gradient`,
    buffers: {
      branch: bindRead(`${values.name}.value`),
      places: bindRead("places", "u32"),
      shares: bindRead(nameOfDistance(index, "shares"), "vec2f"),
      joinDelta: bindRead(`${join.name}.delta`),
      weights: bindRead("weights"),
      squareDelta: bindWrite(nameOfDistance(index, "deltas")),
      scaleDelta: bindWrite(nameOfDistance(index, "scale")),
    },
    declarations: `var<workgroup> products: array<f32, ${count}>;`,
    threads: REFERENCE_THREADS,
    workgroups: [1, join.samples, models],
    body: `  let sample = group.y;
  if (sample >= step.samples) { return; }
  let deltas = ${locateDeltaWgsl(join, "sample")} + ${term.offset}u;
  let first = (model * ${join.samples}u + sample) * ${count}u;
  for (var reference = lane; reference < ${count}u; reference += ${REFERENCE_THREADS}u) {
    let item = ${layout.itemWgsl(term.values, "sample", "reference")};
    var product = 0.0f;
    if (item != ${NO_ITEM}) {
      let value = ${locateValueWgsl(values, "item")};
      for (var i = 0u; i < ${term.size}u; i++) { product += joinDelta[deltas + i] * branch[value + i]; }
    }
    products[reference] = product;
  }
  workgroupBarrier();
  if (lane > 0u) { return; }
  var mean = 0.0f;
  for (var reference = 0u; reference < ${count}u; reference++) {
    mean += shares[first + reference].x * products[reference];
  }
  let factor = ${sharpness} * weights[model * ${weightStride}u + ${scale}u];
  var scaleSum = 0.0f;
  for (var reference = 0u; reference < ${count}u; reference++) {
    let found = shares[first + reference];
    let scoreDelta = found.x * (products[reference] - mean);
    squareDelta[first + reference] = factor * scoreDelta * ${formatFloatWgsl(2 / compared)};
    scaleSum += ${sharpness} * scoreDelta * found.y;
  }
  scaleDelta[model * ${join.samples}u + sample] = scaleSum;`,
  });
}

/**
 * Computes the gradient of k: the sum of the samples' parts, by threads with every 64th sample, then over the threads
 * in order.
 */
export function sumScaleGradientWgsl(
  { index, join, models }: DistanceShape,
  region: GradientRegion,
  gradientStride: number,
): Kernel {
  const threads = 64;
  return makeKernel({
    name: `join ${index} scale gradient`,
    buffers: {
      scaleDelta: bindRead(nameOfDistance(index, "scale")),
      gradients: bindWrite("gradients"),
    },
    declarations: `var<workgroup> partial: array<f32, ${threads}>;`,
    threads,
    workgroups: [1, 1, models],
    body: `  var sum = 0.0f;
  for (var sample = lane; sample < step.samples; sample += ${threads}u) {
    sum += scaleDelta[model * ${join.samples}u + sample];
  }
  partial[lane] = sum;
  workgroupBarrier();
  if (lane > 0u) { return; }
  var total = 0.0f;
  for (var i = 0u; i < ${threads}u; i++) { total += partial[i]; }
  gradients[model * ${gradientStride}u + ${region.start}u] = total;`,
  });
}

/** Adds to the deltas of the items that a distance-weighted mean compares references with. */
export function nearBackwardWgsl(shape: DistanceShape, encoder: EncoderShape): Kernel {
  const { index, term, layout, outputs } = shape;
  const references = outputs[term.references]!;
  const body = `sum += squareDelta[first + reference] * (value[own] - references[${
    locateValueWgsl(references, "item")
  } + unit]);`;
  return makeItemKernel(encoder, {
    name: `join ${index} to near`,
    buffers: {
      squareDelta: bindRead(nameOfDistance(index, "deltas")),
      references: bindRead(`${references.name}.value`),
    },
    parts: [{
      branch: term.near,
      statements: [
        `let first = ${locateReferences(shape)};`,
        `let own = ${locateValueWgsl(encoder.output, "sample")} + unit;`,
        forEachReferenceWgsl(layout, term.references, { sample: "row", body }).trim(),
      ],
    }],
    assign: "+=",
  });
}

/** Adds to the deltas of the references that a distance-weighted mean compares. */
export function referencesBackwardWgsl(shape: DistanceShape, encoder: EncoderShape): Kernel {
  const { index, term, layout, outputs } = shape;
  const near = outputs[term.near]!;
  return makeItemKernel(encoder, {
    name: `join ${index} to references`,
    buffers: {
      squareDelta: bindRead(nameOfDistance(index, "deltas")),
      near: bindRead(`${near.name}.value`),
    },
    parts: [{
      branch: term.references,
      statements: [
        `let own = value[${locateValueWgsl(encoder.output, "sample")} + unit];`,
        `let other = near[${locateValueWgsl(near, layout.itemWgsl(term.near, "row"))} + unit];`,
        `sum += squareDelta[${locateReferences(shape)} + reference] * (own - other);`,
      ],
    }],
    assign: "+=",
  });
}

/** Adds to the deltas of the values that a distance-weighted mean averages. */
export function averagedBackwardWgsl(shape: DistanceShape, encoder: EncoderShape): Kernel {
  const { index, term, join } = shape;
  const place = `${locateDeltaWgsl(join, "row")} + ${term.offset}u + unit`;
  return makeItemKernel(encoder, {
    name: `join ${index} to values`,
    buffers: {
      shares: bindRead(nameOfDistance(index, "shares"), "vec2f"),
      joinDelta: bindRead(`${join.name}.delta`),
    },
    parts: [{
      branch: term.values,
      statements: [
        `sum += shares[${locateReferences(shape)} + reference].x * joinDelta[${place}];`,
      ],
    }],
    assign: "+=",
  });
}

/** WGSL for the place of a sample's first reference. */
function locateReferences({ join, layout }: DistanceShape): string {
  return `(model * ${join.samples}u + row) * ${layout.references}u`;
}

/**
 * A kernel that adds up what the uses of each item of an encoder pass to it. The statements of a branch add to `sum`,
 * given the item as `sample`, the `unit`, and of the use the sample as `row` and the `reference`.
 */
function makeItemKernel(
  { encoder, layout, output, models }: EncoderShape,
  { name, buffers, parts, assign }: {
    readonly name: string;
    readonly buffers: KernelDescription["buffers"];
    readonly parts: readonly {
      readonly branch: number;
      readonly statements: readonly string[];
    }[];
    readonly assign: "=" | "+=";
  },
): Kernel {
  const uses = parts.map(({ branch, statements }) => {
    const { places } = layout.branches[branch]!.input;
    return `    if (found.x == ${branch}u) {
      let row = place / ${places}u;
      let reference = place % ${places}u;
      ${statements.join("\n      ")}
    }`;
  });
  const derivative = deriveActivationWgsl(
    output,
    `value[${locateValueWgsl(output, "sample")} + unit]`,
  );
  return makeKernel({
    name,
    buffers: {
      items: bindRead(`encoder${encoder.index}.items`, "vec4u"),
      uses: bindRead(`encoder${encoder.index}.uses`, "u32"),
      ...buffers,
      value: bindRead(`${output.name}.value`),
      delta: bindWrite(`${output.name}.delta`),
      places: bindRead("places", "u32"),
    },
    ...coverTensor(output, models),
    body: `${locateThreadWgsl(output)}
  let found = items[model * ${encoder.capacity}u + sample];
  var sum = 0.0f;
  for (var i = found.z; i < found.w; i++) {
    let place = uses[model * ${encoder.capacity}u + i];
${uses.join("\n")}
  }
  delta[${locateDeltaWgsl(output, "sample")} + unit] ${assign} sum * ${derivative};`,
  });
}
