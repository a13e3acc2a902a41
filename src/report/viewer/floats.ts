import { toBase64 } from "../../base/platform.ts";

/** Numbers as text within a page: their bytes in base64, lowest first. Decoders run in pages, too. */

/** Encodes numbers as 32-bit floats, which are exact and short. */
export function encodeFloats(values: ArrayLike<number>): string {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i]!, true);
  return toBase64(bytes);
}

/** Decodes what {@linkcode encodeFloats} made. */
export function decodeFloats(text: string): Float32Array {
  const view = decodeBytes(text);
  const length = view.byteLength / 4;
  return Float32Array.from({ length }, (_, i) => view.getFloat32(4 * i, true));
}

/** Decodes bytes, by what browsers older than the package have, too. */
export function decodeBytes(text: string): DataView {
  const binary = atob(text);
  const view = new DataView(new ArrayBuffer(binary.length));
  for (let i = 0; i < binary.length; i++) view.setUint8(i, binary.charCodeAt(i));
  return view;
}

/** Numbers that are rounded to a 32,767th of the largest, since there are very many. */
export interface RoundedValues {
  /** What one unit is. */
  readonly unit: number;
  /** 16-bit integers in base64; −32,768 where there is no value. */
  readonly units: string;
}

/** Encodes numbers in two bytes each. */
export function encodeRounded(values: ArrayLike<number>): RoundedValues {
  const finite = Array.from(values).filter(Number.isFinite);
  const unit = finite.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 32_767;
  const bytes = new Uint8Array(2 * values.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) {
    const units = unit === 0 ? 0 : Math.round(values[i]! / unit);
    view.setInt16(2 * i, Number.isFinite(values[i]) ? units : -32_768, true);
  }
  return { unit, units: toBase64(bytes) };
}

/** Decodes what {@linkcode encodeRounded} made. */
export function decodeRounded({ unit, units }: RoundedValues): Float32Array {
  const view = decodeBytes(units);
  return Float32Array.from({ length: view.byteLength / 2 }, (_, i) => {
    const count = view.getInt16(2 * i, true);
    return count === -32_768 ? NaN : count * unit;
  });
}
