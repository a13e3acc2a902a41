/** Sees how much memory a reader asks for at once, whether or not it then touches it. */

/** Most bytes of one buffer that were asked for since the last call of {@linkcode takeLargestAllocation}. */
let largest = 0;

/** Bytes of the largest buffer since the last call, and starts anew. */
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

/** Replaces the constructors of buffers in this realm by ones that note their lengths; for a worker of its own. */
export function watchAllocations(): void {
  const realm = globalThis as unknown as Record<string, BufferConstructor>;
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
