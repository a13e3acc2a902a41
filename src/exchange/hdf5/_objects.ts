/** Objects of an HDF5 file: headers, their messages, and the links of groups. */

import type { Hdf5Bytes } from "./_bytes.ts";

/** One message of an object's header. */
export interface Message {
  /** Number of its kind. */
  readonly type: number;
  /** Where its data begin. */
  readonly address: number;
  /** Bytes of its data. */
  readonly size: number;
  /** Whether its data are kept elsewhere. */
  readonly isShared: boolean;
}

/** Numbers of the kinds of messages that are read. */
export const MESSAGES = {
  dataspace: 1,
  datatype: 3,
  layout: 8,
  attribute: 12,
  continuation: 16,
  symbolTable: 17,
} as const;

/** More messages or links than a model has. */
const MOST_MESSAGES = 10_000;
const MOST_LINKS = 100_000;
/** Bytes of an object's header before its messages. */
export const HEADER_BYTES = 16;
const MESSAGE_HEADER_BYTES = 8;
const LONGEST_NAME = 1024;
const SYMBOL_BYTES = 40;
/** Kind of a symbol that is a link by name, which is not followed. */
const SOFT_LINK = 2;

/**
 * Reads the messages of an object's header, of version 1.
 *
 * @param bytes The file.
 * @param address Where the header begins.
 */
export function readMessages(bytes: Hdf5Bytes, address: number): Message[] {
  const version = bytes.integer(address, 1);
  if (version !== 1) {
    bytes.fail(
      `an object has a header of version ${version}, expected 1: save it with h5py's usual libver`,
      address,
    );
  }
  const messages: Message[] = [];
  const blocks = [{ start: address + HEADER_BYTES, size: bytes.integer(address + 8, 4) }];
  for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
    const end = block.start + block.size;
    for (let at = block.start; at + MESSAGE_HEADER_BYTES <= end;) {
      const type = bytes.integer(at, 2);
      const size = bytes.integer(at + 2, 2);
      const isShared = (bytes.integer(at + 4, 1) & 2) !== 0;
      const data = at + MESSAGE_HEADER_BYTES;
      if (messages.length === MOST_MESSAGES) bytes.fail("an object has too many messages", address);
      if (type === MESSAGES.continuation) {
        blocks.push({ start: bytes.integer(data, 8), size: bytes.integer(data + 8, 8) });
      }
      bytes.keep(MESSAGE_HEADER_BYTES);
      messages.push({ type, address: data, size, isShared });
      at = data + size;
    }
  }
  return messages;
}

/**
 * Reads the links of a group.
 *
 * @param bytes The file.
 * @param messages The messages of its header.
 * @returns Addresses of the headers of its members, by name; `undefined` if it is no group.
 */
export function readLinks(
  bytes: Hdf5Bytes,
  messages: readonly Message[],
): ReadonlyMap<string, number> | undefined {
  const table = messages.find(({ type }) => type === MESSAGES.symbolTable);
  if (table === undefined) return undefined;
  const heap = bytes.integer(table.address + 8, 8);
  bytes.expectLetters(heap, "HEAP");
  const names = { start: bytes.integer(heap + 24, 8), size: bytes.integer(heap + 8, 8) };
  const links = new Map<string, number>();
  const root = bytes.integer(table.address, 8);
  bytes.expectLetters(root, "TREE");
  addNode(bytes, { address: root, level: bytes.integer(root + 5, 1), names, links });
  return links;
}

interface TreeNode {
  readonly address: number;
  /** 0 for a node whose children have the links; each child is one below its parent, so there are no circles. */
  readonly level: number;
  readonly names: { readonly start: number; readonly size: number };
  readonly links: Map<string, number>;
}

function addNode(bytes: Hdf5Bytes, node: TreeNode): void {
  const { address, level, names, links } = node;
  bytes.expectLetters(address, "TREE");
  if (bytes.integer(address + 4, 1) !== 0 || bytes.integer(address + 5, 1) !== level) {
    bytes.fail("a tree of links is damaged", address);
  }
  const count = bytes.integer(address + 6, 2);
  for (let i = 0; i < count; i++) {
    // Keys and children take turns; the first key stands before the first child.
    const child = bytes.integer(address + 24 + 16 * i + 8, 8);
    if (level > 0) addNode(bytes, { address: child, level: level - 1, names, links });
    else addSymbols(bytes, { address: child, level, names, links });
  }
}

function addSymbols(bytes: Hdf5Bytes, { address, names, links }: TreeNode): void {
  bytes.expectLetters(address, "SNOD");
  const count = bytes.integer(address + 6, 2);
  for (let i = 0; i < count; i++) {
    const entry = address + 8 + SYMBOL_BYTES * i;
    if (bytes.integer(entry + 16, 4) === SOFT_LINK) continue;
    const place = bytes.integer(entry, 8);
    if (place >= names.size) bytes.fail("the name of a link is outside its heap", entry);
    if (links.size === MOST_LINKS) bytes.fail("a group has too many members", address);
    const name = bytes.text(names.start + place, Math.min(LONGEST_NAME, names.size - place));
    bytes.keep(SYMBOL_BYTES + name.length);
    links.set(name, bytes.integer(entry + 8, 8));
  }
}
