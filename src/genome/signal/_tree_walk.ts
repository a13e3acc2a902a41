/** The two trees of a bigWig file, of the names of its sequences and of its sections, which are laid out alike. */

import { FormatError } from "../../errors.ts";
import type { ByteSource } from "../../files/byte_source.ts";

/** What the items of a tree's nodes are. */
export interface TreeShape {
  /** Size of an item of a leaf, in bytes. */
  readonly leafBytes: number;
  /** Size of an item of an inner node, in bytes; its last eight are the place of a child. */
  readonly innerBytes: number;
  /** Whether a child is of interest, told from its item. */
  readonly wantsChild: (item: DataView) => boolean;
  /** Takes an item of a leaf, in the tree's order. */
  readonly visitLeaf: (item: DataView) => void;
}

const NODE_HEADER_BYTES = 4;

/**
 * Reads a part of a bigWig file.
 *
 * @throws {FormatError} If it is not within the file.
 */
export async function readPart(
  source: ByteSource,
  offset: number,
  length: number,
): Promise<DataView<ArrayBuffer>> {
  if (!Number.isSafeInteger(offset + length) || offset + length > source.size) {
    throw new FormatError(
      `Cannot read bigWig: it has ${source.size} bytes, expected ${length} at ${offset}: it is ` +
        "damaged or cut short",
      { file: source.name },
    );
  }
  const { buffer, byteOffset } = await source.read(offset, length);
  return new DataView(buffer, byteOffset, length);
}

/** A place in the file; one that is too large for a number is too large for any file. */
export function placeAt(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

/**
 * Walks a tree, its leaves from left to right.
 *
 * @throws {FormatError} If a node lies outside the file, or the nodes are together longer than it: a sound tree has
 * no node twice, so it goes round in circles.
 */
export async function walkTree(source: ByteSource, root: number, shape: TreeShape): Promise<void> {
  // Nodes yet to be visited, the next one last.
  const places = [root];
  let bytesLeft = source.size;
  for (let place = places.pop(); place !== undefined; place = places.pop()) {
    const header = await readPart(source, place, NODE_HEADER_BYTES);
    const isLeaf = header.getUint8(0) === 1;
    const itemBytes = isLeaf ? shape.leafBytes : shape.innerBytes;
    const length = header.getUint16(2, true) * itemBytes;
    bytesLeft -= NODE_HEADER_BYTES + length;
    if (bytesLeft < 0) {
      throw new FormatError("Cannot read bigWig: its index goes round in circles: it is damaged", {
        file: source.name,
        byteOffset: place,
      });
    }
    const node = await readPart(source, place + NODE_HEADER_BYTES, length);
    const children = visitItems(node, itemBytes, isLeaf ? undefined : shape.wantsChild, shape);
    for (const child of children.reverse()) places.push(child);
  }
}

/** Visits a node's items, and returns the places of the children that are wanted. */
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
