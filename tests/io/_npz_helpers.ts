import { type ByteSource, bytesSource } from "../../src/files/byte_source.ts";
import { openNpz } from "../../src/io/npz.ts";
import type { NpzReader } from "../../src/io/npz_types.ts";
import { type NpzMemberData, writeNpz, type WriteNpzOptions } from "../../src/io/npz_writer.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** Everything that is written to a sink. */
export async function collect(
  write: (sink: WritableStream<Uint8Array>) => Promise<void>,
): Promise<Bytes> {
  const { readable, writable } = new TransformStream<Uint8Array, Bytes>();
  const [bytes] = await Promise.all([new Response(readable).bytes(), write(writable)]);
  return bytes as Bytes;
}

/** Bytes of an npz file of these members. */
export function npzBytes(members: NpzMemberData[], options?: WriteNpzOptions): Promise<Bytes> {
  return collect((sink) => writeNpz(sink, members, options));
}

/** Opens bytes as an npz file called `x.npz`. */
export function openBytes(bytes: Bytes): Promise<NpzReader> {
  return openNpz(bytesSource(bytes, "x.npz"));
}

/** All values of a member. */
export async function allNumbers(npz: NpzReader, member: string): Promise<number[]> {
  const values: number[] = [];
  for await (const piece of npz.numbers(member)) values.push(...piece);
  return values;
}

/** The offset at which a text first occurs in bytes, from `start` on. */
export function indexOf(bytes: Uint8Array, text: string, start = 0): number {
  const found = new TextDecoder("latin1").decode(bytes).indexOf(text, start);
  if (found === -1) throw new Error(`"${text}" is not in the bytes`);
  return found;
}

/** A copy with other bytes from `offset` on. */
export function patched(bytes: Bytes, offset: number, ...values: number[]): Bytes {
  const copy = bytes.slice();
  copy.set(values, offset);
  return copy;
}

/** A source that records what is read from it. */
export function observed(source: ByteSource): ByteSource & { bytesRead: number; closed: boolean } {
  return {
    ...source,
    bytesRead: 0,
    closed: false,
    read(offset: number, length: number): Promise<Bytes> {
      this.bytesRead += length;
      return source.read(offset, length);
    },
    close(): void {
      this.closed = true;
    },
  };
}

/** Runs with a directory that is removed afterwards. */
export async function withDirectory(body: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempDir();
  try {
    await body(path);
  } finally {
    await Deno.remove(path, { recursive: true });
  }
}
