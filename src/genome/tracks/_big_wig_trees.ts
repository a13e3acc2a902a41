/**
 * The two trees of a bigWig file (Kent et al. 2010, Bioinformatics 26:2204, supplement): of the names of its
 * chromosomes, a B+ tree, and of its sections, an R tree. The nodes of a level follow each other, from the root's level
 * to that of the leaves, each with as many items as it needs.
 */

import { type Bytes, concatenateAll } from "../../base/bytes.ts";
import type { Contig } from "../chromosomes.ts";
import { type Field, packFields } from "./_little_endian.ts";

const NAMES_MAGIC = 0x78ca8c91;
const SECTIONS_MAGIC = 0x2468ace0;
/** The most items of a node. */
const MOST_ITEMS = 256;
const NAMES_HEADER_BYTES = 32;
const SECTIONS_HEADER_BYTES = 48;
const NODE_HEADER_BYTES = 4;
const OFFSET_BYTES = 8;
const NUMBER_AND_LENGTH_BYTES = 8;

/** Where sections are in the file, and which bases they hold. */
export class SectionIndex {
  /** The most items that a section holds, for readers that ask. */
  readonly mostItems: number;
  readonly chromosomes: number[] = [];
  readonly lastChromosomes: number[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly offsets: number[] = [];
  readonly lengths: number[] = [];

  constructor(mostItems: number) {
    this.mostItems = mostItems;
  }

  /** Number of sections. */
  get length(): number {
    return this.offsets.length;
  }

  /** Adds a section. */
  add(
    { chromosome, start, lastChromosome, end }: Record<
      "chromosome" | "start" | "lastChromosome" | "end",
      number
    >,
    { offset, length }: Record<"offset" | "length", number>,
  ): void {
    this.chromosomes.push(chromosome);
    this.lastChromosomes.push(lastChromosome);
    this.starts.push(start);
    this.ends.push(end);
    this.offsets.push(offset);
    this.lengths.push(length);
  }
}

/** A tree's shape: how many items its leaves and its other nodes have. */
interface TreeShape {
  readonly items: number;
  readonly leafItemBytes: number;
  readonly innerItemBytes: number;
  /** Packs an item of a leaf. */
  readonly leafItem: (item: number) => Bytes;
  /** Packs an item of another node, but for the offset of the child that follows it: what holds for items `[first, last)`. */
  readonly innerItem: (first: number, last: number) => Bytes;
}

/** Packs the names of the chromosomes, whose numbers are their places, as a tree that lies at `offset`. */
export function packNames(chromosomes: readonly Required<Contig>[], offset: number): Bytes {
  const encoder = new TextEncoder();
  const names = chromosomes.map(({ name, length }, number) => ({
    bytes: encoder.encode(name),
    number,
    length,
  }));
  names.sort((a, b) => compareBytes(a.bytes, b.bytes));
  const keyBytes = names.reduce((most, { bytes }) => Math.max(most, bytes.length), 1);
  const key = (item: number): Bytes => {
    const padded = new Uint8Array(keyBytes);
    padded.set(names[item]!.bytes);
    return padded;
  };
  const header = packFields([
    [4, NAMES_MAGIC],
    [4, MOST_ITEMS],
    [4, keyBytes],
    [4, NUMBER_AND_LENGTH_BYTES],
    [8, names.length],
    [8, 0],
  ]);
  const tree = packTree({
    items: names.length,
    leafItemBytes: keyBytes + NUMBER_AND_LENGTH_BYTES,
    innerItemBytes: keyBytes + OFFSET_BYTES,
    leafItem(item) {
      const { number, length } = names[item]!;
      return concatenateAll([key(item), packFields([[4, number], [4, length]])]);
    },
    innerItem: key,
  }, offset + NAMES_HEADER_BYTES);
  return concatenateAll([header, ...tree]);
}

function compareBytes(a: Bytes, b: Bytes): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    if (a[i] !== b[i]) return a[i]! - b[i]!;
  }
  return a.length - b.length;
}

/** Packs the index of sections, in the file's order, as a tree that lies at `offset`, where the last section ends. */
export function packIndex(index: SectionIndex, offset: number): Bytes {
  const { chromosomes, lastChromosomes, starts, ends, offsets, lengths, mostItems } = index;
  const extent = (first: number, last: number): Field[] => [
    [4, chromosomes[first]!],
    [4, starts[first]!],
    [4, lastChromosomes[last - 1]!],
    [4, ends[last - 1]!],
  ];
  const header = packFields([
    [4, SECTIONS_MAGIC],
    [4, MOST_ITEMS],
    [8, index.length],
    ...extent(0, index.length),
    [8, offset],
    [4, mostItems],
    [4, 0],
  ]);
  const tree = packTree({
    items: index.length,
    leafItemBytes: 32,
    innerItemBytes: 24,
    leafItem: (item) =>
      packFields([...extent(item, item + 1), [8, offsets[item]!], [8, lengths[item]!]]),
    innerItem: (first, last) => packFields(extent(first, last)),
  }, offset + SECTIONS_HEADER_BYTES);
  return concatenateAll([header, ...tree]);
}

/** Packs the nodes of a tree that lies at `offset`, level by level. */
function packTree(shape: TreeShape, offset: number): Bytes[] {
  const { items, leafItemBytes, innerItemBytes } = shape;
  // The number of nodes of each level, from the leaves to the root.
  const nodes = [Math.max(1, Math.ceil(items / MOST_ITEMS))];
  while (nodes[0]! > 1) nodes.unshift(Math.ceil(nodes[0]! / MOST_ITEMS));
  const pieces: Bytes[] = [];
  let levelOffset = offset;
  for (const [level, count] of nodes.entries()) {
    const children = nodes[level + 1];
    const isLeaf = children === undefined;
    const itemsOfLevel = children ?? items;
    const itemBytes = isLeaf ? leafItemBytes : innerItemBytes;
    const childrenOffset = levelOffset + count * NODE_HEADER_BYTES + itemsOfLevel * itemBytes;
    const childBytes = level === nodes.length - 2 ? leafItemBytes : innerItemBytes;
    /** The number of the tree's items below one item of this level. */
    const below = MOST_ITEMS ** (nodes.length - 1 - level);
    for (let node = 0; node < count; node++) {
      const first = node * MOST_ITEMS;
      const last = Math.min(itemsOfLevel, first + MOST_ITEMS);
      pieces.push(packFields([[1, Number(isLeaf)], [1, 0], [2, last - first]]));
      for (let item = first; item < last; item++) {
        if (isLeaf) pieces.push(shape.leafItem(item));
        else {
          // All children before this one are full.
          const child = childrenOffset + item * (NODE_HEADER_BYTES + MOST_ITEMS * childBytes);
          pieces.push(shape.innerItem(item * below, Math.min(items, (item + 1) * below)));
          pieces.push(packFields([[8, child]]));
        }
      }
    }
    levelOffset = childrenOffset;
  }
  return pieces;
}
