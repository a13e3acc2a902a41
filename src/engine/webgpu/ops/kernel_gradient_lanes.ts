import type { GradientRegion } from "../gradients.ts";
import { bindRead, bindWrite, type Kernel, makeKernel, unrollWgsl } from "../kernel.ts";
import { locateDeltaWgsl, locateSampleWgsl } from "../tensors.ts";
import { loadFourAtWgsl, storeFourAtWgsl, vectorType, widestVector } from "../vectors.ts";
import type { KernelGradientShape } from "./kernel_gradient.ts";
import {
  countTiles,
  divideAmongLanes,
  findOffsets,
  type LaneDivision,
} from "./kernel_gradient_tiles.ts";

/** Workgroups that each block of samples takes. */
export function kernelGradientLaneWorkgroups(shape: KernelGradientShape, lanes: number): number {
  return Math.ceil(countTiles(divideAmongLanes(shape, lanes)) / lanes);
}

/**
 * The kernel gradient on an adapter on a processor; see `lane_conv.ts` for what counts there, and `kernel_gradient.ts`
 * for the formula. A lane keeps the sums of some elements of the window and of some filters. After a pooling it takes all
 * positions of a window with the delta of that of the maximum and zeros: to fetch the maximum's own input for each filter
 * would cost more than to multiply by zero. Lanes have different tiles, so no sum is shared.
 *
 * Workgroups: x tiles, y blocks of samples, z models; a workgroup is one vector of the processor.
 */
export function sumKernelGradientLanesWgsl(
  shape: KernelGradientShape,
  { region, gradientStride, lanes }: {
    readonly region: GradientRegion;
    readonly gradientStride: number;
    readonly lanes: number;
  },
): Kernel {
  const { name, input, output, pooled, kernel, models } = shape;
  const division = divideAmongLanes(shape, lanes);
  const { elements, elementTiles, vectors, filterTiles } = division;
  const width = widestVector(output.channels);
  const gradientWidth = widestVector(kernel.columns, gradientStride, region.start, region.size);
  return makeKernel({
    name: `${name} kernel gradient`,
    buffers: {
      input: bindRead(`${input.name}.value`, vectorType(division.width)),
      delta: bindRead(`${output.name}.delta`, vectorType(width)),
      ...(pooled ? { offsets: bindRead(`${output.name}.offset`, vectorType(width, "u32")) } : {}),
      gradients: bindWrite("gradients", vectorType(gradientWidth)),
      ...input.count.buffers,
    },
    threads: lanes,
    workgroups: [Math.ceil(countTiles(division) / lanes), region.blocks, models],
    body: `  let tile = group.x * ${lanes}u + lane;
  if (tile >= ${countTiles(division)}u) { return; }
  let firstFilter = tile % ${filterTiles}u * ${4 * vectors}u;
  let firstElement = tile / ${filterTiles}u % ${elementTiles}u * ${elements}u;
  let segment = tile / ${filterTiles * elementTiles}u;
  let firstSample = group.y * ${region.blockSamples}u;
  let endSample = min(firstSample + ${region.blockSamples}u, ${input.count.wgsl});
${sumTileWgsl(shape, division)}
  let block = model * ${gradientStride}u + ${region.start}u + group.y * ${region.size}u;
  let row = segment * ${kernel.paddedSegment}u + firstElement;
${storeTileWgsl(shape, division, gradientWidth)}`,
  });
}

function nameSum(element: number, vector: number): string {
  return `sum${element}_${vector}`;
}

/** WGSL that adds up a lane's tile, and the bias, over the samples of its block. */
function sumTileWgsl(shape: KernelGradientShape, division: LaneDivision): string {
  const { input, output, dilation, left, pooled } = shape;
  const { elements, vectors, together } = division;
  const bySample = !pooled && output.positions === 1;
  const first = `(segment * ${dilation}u + ${
    input.before - left
  }u) * ${input.channels}u + firstElement`;
  const body = bySample
    ? addSamplesWgsl(shape, division, first)
    : `    let inputs = ${locateSampleWgsl(input, "sample")} + ${first};
    let deltas = ${locateDeltaWgsl(output, "sample")} + firstFilter;
    for (var window = 0u; window < ${output.positions}u; window++) {
${addWindowWgsl(shape, division)}
    }`;
  return `${
    unrollWgsl(vectors, (v) =>
      `  var bias${v} = vec4f();
${unrollWgsl(elements, (element) => `  var ${nameSum(element, v)} = vec4f();`)}`)
  }
  for (var sample = firstSample; sample < endSample; sample += ${bySample ? together : 1}u) {
${body}
  }`;
}

/** WGSL that adds a window of the pooling, or one position. */
function addWindowWgsl(
  { input, output, pooled }: KernelGradientShape,
  division: LaneDivision,
): string {
  const { elements, vectors, together } = division;
  const width = widestVector(output.channels);
  const place = `deltas + window * ${output.channels}u`;
  const loads = findOffsets(input.channels, division).map((offset) =>
    `      let x${offset} = ${loadElementsWgsl("start", offset, division)};`
  );
  const vectorWgsl = (v: number) => {
    const four = (buffer: string, scalar: "f32" | "u32") =>
      loadFourAtWgsl(buffer, `place + ${4 * v}u`, { width, scalar });
    const deltaAt = (p: number) => pooled ? `select(vec4f(), d, at == vec4u(first + ${p}u))` : "d";
    return `      {
        let d = ${four("delta", "f32")};
${pooled ? `        let at = ${four("offsets", "u32")};` : ""}
${unrollWgsl(together, (p) => `        let d${p} = ${deltaAt(p)};`)}
        bias${v} += d;
${
      unrollWgsl(elements, (element) =>
        `        ${nameSum(element, v)} += ${
          Array.from({ length: together }, (_, p) =>
            `${nameElement("x", p * input.channels, element, division)} * d${p}`)
            .join(" + ")
        };`)
    }
      }`;
  };
  return `      let first = window * ${together}u;
      let start = inputs + first * ${input.channels}u;
      let place = ${place};
${loads.join("\n")}
${unrollWgsl(vectors, vectorWgsl)}`;
}

/** WGSL for a vector of elements. */
function loadElementsWgsl(start: string, offset: number, { width }: LaneDivision): string {
  return width === 1
    ? `input[${start} + ${offset}u]`
    : `input[(${start} + ${offset}u) / ${width}u]`;
}

/** WGSL for an element of the vectors whose names are `prefix` and their place. */
function nameElement(
  prefix: string,
  first: number,
  element: number,
  { width }: LaneDivision,
): string {
  const vector = `${prefix}${first + element - element % width}`;
  return width === 1 ? vector : `${vector}[${element % width}]`;
}

/** WGSL that adds several samples of a single position. */
function addSamplesWgsl(
  { input, output }: KernelGradientShape,
  division: LaneDivision,
  first: string,
): string {
  const { elements, vectors, together, width: elementWidth } = division;
  const width = widestVector(output.channels);
  return `${
    unrollWgsl(together, (p) =>
      // Beyond the last sample that one is loaded again, and its delta left out.
      `    let sample${p} = min(sample + ${p}u, endSample - 1u);
    let start${p} = ${locateSampleWgsl(input, `sample${p}`)} + ${first};
    let place${p} = ${locateDeltaWgsl(output, `sample${p}`)} + firstFilter;
${
        unrollWgsl(elements / elementWidth, (i) => {
          const offset = i * elementWidth;
          return `    let x${p}_${offset} = ${loadElementsWgsl(`start${p}`, offset, division)};`;
        })
      }`)
  }
${
    unrollWgsl(vectors, (v) =>
      `    {
${
        unrollWgsl(together, (p) => {
          const found = loadFourAtWgsl("delta", `place${p} + ${4 * v}u`, { width });
          return `      let d${p} = ${
            p === 0 ? found : `select(vec4f(), ${found}, sample + ${p}u < endSample)`
          };`;
        })
      }
      bias${v} += ${Array.from({ length: together }, (_, p) => `d${p}`).join(" + ")};
${
        unrollWgsl(elements, (element) =>
          `      ${nameSum(element, v)} += ${
            Array.from(
              { length: together },
              (_, p) => `${nameElement(`x${p}_`, 0, element, division)} * d${p}`,
            ).join(" + ")
          };`)
      }
    }`)
  }`;
}

/** WGSL that stores the sums of a tile, and the first tiles' sums of the bias. */
function storeTileWgsl(
  { output, kernel }: KernelGradientShape,
  { segmentLength, elements, vectors }: LaneDivision,
  width: ReturnType<typeof widestVector>,
): string {
  const filter = (v: number) => `firstFilter + ${4 * v}u`;
  const store = (value: string, place: string) =>
    storeFourAtWgsl("gradients", value, {
      place,
      width,
      // The columns that pad the last vector are written too, with what no gradient reaches: their weights stay zero.
      columns: 4,
      column: "",
      end: 0,
    });
  const check = (v: number) => `if (${filter(v)} < ${output.channels}u)`;
  const masked = (value: string, v: number) =>
    output.channels % 4 === 0
      ? value
      : `select(vec4f(), ${value}, vec4u(${
        filter(v)
      }) + vec4u(0u, 1u, 2u, 3u) < vec4u(${output.channels}u))`;
  return unrollWgsl(vectors, (v) =>
    `  ${check(v)} {
${
      unrollWgsl(elements, (element) =>
        `    if (firstElement + ${element}u < ${segmentLength}u) {
      ${
          store(
            masked(nameSum(element, v), v),
            `block + (row + ${element}u) * ${kernel.columns}u + ${filter(v)}`,
          )
        }
    }`)
    }
    if (segment == 0u && firstElement == 0u) {
      ${store(masked(`bias${v}`, v), `block + ${kernel.bias - kernel.start}u + ${filter(v)}`)}
    }
  }`);
}
