/** Walks the two trees of a bigWig file, of its sequences' names and of its sections, which have the same layout. */

import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";

/** The layout of a tree's items, and what to do with them. */
export interface TreeShape {
  /** Size of an item of a leaf, in bytes. */
  readonly leafBytes: number;
  /** Size of an item of an inner node, in bytes. Its last eight bytes are the offset of a child. */
  readonly innerBytes: number;
  /** Decides by its item whether a child is to be visited. */
  readonly wantsChild: (item: DataView) => boolean;
  /** Takes an item of a leaf, in the tree's order. */
  readonly visitLeaf: (item: DataView) => void;
}

const NODE_HEADER_BYTES = 4;

/**
 * Reads a part of a bigWig file.
 *
 * @throws {FormatError} If the part does not lie within the file.
 */
export async function readPart(
  source: ByteSource,
  offset: number,
  length: number,
): Promise<DataView<ArrayBuffer>> {
  checkPart(source, offset, length);
  const { buffer, byteOffset } = await source.read(offset, length);
  return new DataView(buffer, byteOffset, length);
}

/**
 * Throws unless a part of a bigWig file lies within the file.
 *
 * @throws {FormatError} If it does not.
 */
export function checkPart({ name, size }: ByteSource, offset: number, length: number): void {
  if (Number.isSafeInteger(offset + length) && offset + length <= size) return;
  throw new FormatError(
    `Cannot read bigWig: it has ${size} bytes, expected ${length} at ${offset}: it is ` +
      "damaged or cut short",
    { file: name },
  );
}

/** Reads an offset in the file. An offset that is too large for a number is too large for any file. */
export function placeAt(view: DataView, at: number): number {
  return view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
}

/** Nodes are read in blocks of this size, since those of a level follow each other in the file. */
const BLOCK_BYTES = 2 ** 16;
/** The most blocks that are kept, four megabytes. */
const MOST_BLOCKS = 64;

/** Reads the nodes of a tree, of which several may lie in one block of the file. */
export class NodeReader {
  readonly source: ByteSource;
  readonly #blocks = new Map<number, Promise<DataView<ArrayBuffer>>>();

  constructor(source: ByteSource) {
    this.source = source;
  }

  /**
   * Reads a part of the file, as {@linkcode readPart} does.
   *
   * @throws {FormatError} If the part does not lie within the file.
   */
  async read(offset: number, length: number): Promise<DataView<ArrayBuffer>> {
    checkPart(this.source, offset, length);
    const start = offset - offset % BLOCK_BYTES;
    // A source on a server has blocks of its own.
    const isAlone = offset + length > start + BLOCK_BYTES || this.source.willRead !== undefined;
    if (isAlone) return await readPart(this.source, offset, length);
    const { buffer, byteOffset } = await this.#block(start);
    return new DataView(buffer, byteOffset + offset - start, length);
  }

  #block(start: number): Promise<DataView<ArrayBuffer>> {
    const known = this.#blocks.get(start);
    if (known !== undefined) return known;
    const [oldest] = this.#blocks.keys();
    if (oldest !== undefined && this.#blocks.size === MOST_BLOCKS) this.#blocks.delete(oldest);
    const block = readPart(
      this.source,
      start,
      Math.min(BLOCK_BYTES, this.source.size - start),
    );
    this.#blocks.set(start, block);
    return block;
  }
}

/**
 * Walks a tree and visits its leaves from left to right.
 *
 * @throws {FormatError} If a node lies outside of the file, or the nodes together are longer than the file. A sound
 * tree has each node once, so such a tree has a cycle.
 */
export async function walkTree(reader: NodeReader, root: number, shape: TreeShape): Promise<void> {
  const { source } = reader;
  // The nodes that remain to be visited, the next one last.
  const places = [root];
  let bytesLeft = source.size;
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const header = await reader.read(place, NODE_HEADER_BYTES);
    const isLeaf = header.getUint8(0) === 1;
    const itemBytes = isLeaf ? shape.leafBytes : shape.innerBytes;
    const length = header.getUint16(2, true) * itemBytes;
    bytesLeft -= NODE_HEADER_BYTES + length;
    if (bytesLeft < 0) {
      throw new FormatError("Cannot read bigWig: its index has a cycle: it is damaged", {
        file: source.name,
        byteOffset: place,
      });
    }
    const node = await reader.read(place + NODE_HEADER_BYTES, length);
    const children = visitItems(node, itemBytes, isLeaf ? undefined : shape.wantsChild, shape);
    for (const child of children.reverse()) places.push(child);
  }
}

/** Visits a node's items. Returns the offsets of the children to visit. */
function visitItems(
  node: DataView,
  itemBytes: number,
  wantsChild: TreeShape["wantsChild"] | undefined,
  { visitLeaf }: TreeShape,
): number[] {
  const children: number[] = [];
  for (let at = 0; at < node.byteLength; at += itemBytes) {
    const item = new DataView(node.buffer, node.byteOffset + at, itemBytes);
    if (wantsChild === undefined) visitLeaf(item);
    else if (wantsChild(item)) children.push(placeAt(item, itemBytes - 8));
  }
  return children;
}
