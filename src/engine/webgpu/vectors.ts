/**
 * WGSL that loads and stores four neighbouring values in as few pieces as their places allow.
 *
 * @module
 */

import type { KernelBuffer } from "./kernel.ts";

/** Values that are loaded or stored together. */
export type VectorWidth = 1 | 2 | 4;

/** The largest width that divides all places, so that vectors of it are aligned. */
export function widestVector(...strides: readonly number[]): VectorWidth {
  return ([4, 2] as const).find((width) => strides.every((stride) => stride % width === 0)) ?? 1;
}

/** The type of a buffer of float32, or of u32, in vectors. */
export function vectorType(
  width: VectorWidth,
  scalar: "f32" | "u32" = "f32",
): KernelBuffer["type"] {
  const letter = scalar === "f32" ? "f" : "u";
  return width === 1 ? scalar : `vec${width}${letter}` as KernelBuffer["type"];
}

/** WGSL for four neighbours, the first at a place that is a multiple of the width. */
export function loadFourAtWgsl(
  buffer: string,
  place: string,
  { width, scalar = "f32" }: { readonly width: VectorWidth; readonly scalar?: "f32" | "u32" },
): string {
  const four = scalar === "f32" ? "vec4f" : "vec4u";
  if (width === 4) return `${buffer}[(${place}) / 4u]`;
  const parts = Array.from(
    { length: 4 / width },
    (_, i) => width === 1 ? `${buffer}[${place} + ${i}u]` : `${buffer}[(${place}) / 2u + ${i}u]`,
  );
  return `${four}(${parts.join(", ")})`;
}

/**
 * WGSL that stores four neighbours, the first at `place`, or those of them that exist: `columns` if that is known, and
 * otherwise those below `end` from `column` on.
 */
export function storeFourAtWgsl(
  buffer: string,
  value: string,
  { place, width, columns, column, end }: {
    readonly place: string;
    readonly width: VectorWidth;
    readonly columns: number | undefined;
    readonly column: string;
    readonly end: number;
  },
): string {
  const swizzles = width === 4 ? [""] : width === 2 ? [".xy", ".zw"] : [".x", ".y", ".z", ".w"];
  return swizzles.flatMap((swizzle, i) => {
    const at = i * width;
    if (columns !== undefined && at >= columns) return [];
    const index = width === 1 ? `${place} + ${i}u` : `(${place}) / ${width}u + ${i}u`;
    const store = `${buffer}[${index}] = ${value}${swizzle};`;
    const checked = columns === undefined && at > 0;
    return [checked ? `if (${column} + ${at}u < ${end}u) { ${store} }` : store];
  }).join("\n");
}
