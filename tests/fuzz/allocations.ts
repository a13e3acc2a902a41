/** Measures how much memory a reader asks for in one buffer, whether or not it uses it. */

/** Bytes of the largest buffer since the last call of {@linkcode takeLargestAllocation}. */
let largest = 0;

/** Returns the bytes of the largest buffer since the last call, and starts again from 0. */
export function takeLargestAllocation(): number {
  const taken = largest;
  largest = 0;
  return taken;
}

type BufferConstructor = new (...args: unknown[]) => { readonly byteLength: number };

const CONSTRUCTORS = [
  "ArrayBuffer",
  "SharedArrayBuffer",
  "Uint8Array",
  "Uint16Array",
  "Uint32Array",
  "Int8Array",
  "Int16Array",
  "Int32Array",
  "BigInt64Array",
  "BigUint64Array",
  "Float16Array",
  "Float32Array",
  "Float64Array",
] as const;

/** Replaces the constructors of buffers in this realm with ones that record their lengths; for use in a separate worker. */
export function watchAllocations(): void {
  const realm = globalThis as unknown as Record<typeof CONSTRUCTORS[number], BufferConstructor>;
  for (const name of CONSTRUCTORS) {
    const original = realm[name];
    const itemBytes = Number(Reflect.get(original, "BYTES_PER_ELEMENT") ?? 1);
    realm[name] = new Proxy(original, {
      construct(target, args, newTarget) {
        if (typeof args[0] === "number") largest = Math.max(largest, args[0] * itemBytes);
        return Reflect.construct(target, args, newTarget);
      },
    });
  }
}
