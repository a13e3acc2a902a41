/** AnnData as former versions of this package wrote their signal, and as other programs do. */

import type { Store } from "./zarrita.ts";

/** Changes the metadata of a node. */
export function editNode(
  store: Store,
  path: string,
  change: (json: Record<string, unknown>) => void,
): void {
  const key = `${path}/zarr.json` as `/${string}`;
  const json = JSON.parse(new TextDecoder().decode(store.get(key)));
  change(json);
  store.set(key, new TextEncoder().encode(JSON.stringify(json)));
}

/** How the signal is divided into chunks. */
export interface OldSignalOptions {
  readonly shape: readonly [samples: number, width: number];
  /** @default {All of the signal} */
  readonly chunk?: readonly [rows: number, columns: number] | undefined;
}

/** Writes the signal again: float32, in chunks that gzip compressed, without shards and checksums. */
export async function writeOldSignal(
  store: Store,
  values: ArrayLike<number>,
  { shape, chunk = shape }: OldSignalOptions,
): Promise<void> {
  for (const key of [...store.keys()]) if (key.startsWith("/X/c/")) store.delete(key);
  editNode(store, "/X", (json) => {
    json.shape = shape;
    json.data_type = "float32";
    json.chunk_grid = { name: "regular", configuration: { chunk_shape: chunk } };
    json.codecs = [
      { name: "bytes", configuration: { endian: "little" } },
      { name: "gzip", configuration: { level: 6 } },
    ];
    json.attributes = { "encoding-type": "array", "encoding-version": "0.2.0" };
  });
  const [bands, columns] = shape.map((length, axis) => Math.ceil(length / chunk[axis]!));
  for (let band = 0; band < bands!; band++) {
    for (let column = 0; column < columns!; column++) {
      const items = new Float32Array(chunk[0] * chunk[1]);
      for (let i = 0; i < items.length; i++) {
        const row = band * chunk[0] + Math.floor(i / chunk[1]);
        const at = column * chunk[1] + i % chunk[1];
        if (row < shape[0] && at < shape[1]) items[i] = values[row * shape[1] + at]!;
      }
      const packed = new Blob([items]).stream().pipeThrough(new CompressionStream("gzip"));
      store.set(`/X/c/${band}/${column}`, await new Response(packed).bytes());
    }
  }
}
