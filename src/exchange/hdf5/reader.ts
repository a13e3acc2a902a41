/**
 * Groups, attributes and arrays of HDF5 files, as h5py writes them unless told otherwise and Keras has them: superblocks of
 * version 0 and 1, headers of version 1, groups as trees, arrays in one piece. Other forms are refused by name. Every
 * address and length is checked against the file before it is used, and what is kept of it is no longer than the file.
 *
 * @module
 */

import type { Bytes } from "../../base/bytes.ts";
import { countValues, decodeFloats, type Tensor } from "../tensor.ts";
import { Hdf5Bytes } from "./_bytes.ts";
import { HEADER_BYTES, type Message, MESSAGES, readLinks, readMessages } from "./_objects.ts";
import { type Hdf5Attribute, readAttribute, readShape, readTexts, readType } from "./_values.ts";

const SIGNATURE = "\x89HDF\r\n\x1a\n";
/** Arrays that stand in their header, or in one piece elsewhere. */
const COMPACT = 0;
const CONTIGUOUS = 1;

/** Reads an HDF5 file in memory. Paths are those of HDF5, between slashes; the root is empty. */
export class Hdf5Reader {
  readonly #bytes: Hdf5Bytes;
  readonly #root: number;
  readonly #messages = new Map<number, readonly Message[]>();
  readonly #links = new Map<number, ReadonlyMap<string, number> | undefined>();

  /**
   * Opens a file.
   *
   * @param bytes Its content.
   * @param file Its name, for messages.
   * @throws {FormatError} If it is no HDF5 file, or of a form that is not read.
   */
  constructor(bytes: Bytes, file: string) {
    this.#bytes = new Hdf5Bytes(bytes, file);
    this.#bytes.expectLetters(0, SIGNATURE);
    const version = this.#bytes.integer(8, 1);
    const sizes = [13, 14].map((place) => this.#bytes.integer(place, 1));
    if (version > 1 || sizes.join() !== "8,8") {
      this.#bytes.fail(
        `its superblock has version ${version}, expected 0 or 1: save it with h5py's usual libver`,
      );
    }
    // The base address, three others, and then the root's symbol: its name, and its header.
    const start = version === 0 ? 24 : 28;
    if (this.#bytes.integer(start, 8) !== 0) this.#bytes.fail("it does not begin at byte 0");
    const end = this.#bytes.integer(start + 16, 8);
    if (end > this.#bytes.length) {
      this.#bytes.fail(
        `it has ${this.#bytes.length} bytes, expected ${end}, as its start says: it was cut short`,
      );
    }
    this.#root = this.#bytes.integer(start + 32 + 8, 8);
  }

  /** The text of an attribute; `undefined` if it is not there. */
  text(path: string, name: string): string | undefined {
    return this.#textsOf(path, name)?.[0];
  }

  /**
   * The texts of an attribute, of which long lists are in several: `name0`, `name1`, …; `undefined` if it is not there. The
   * caller keeps them: each list is read once.
   */
  texts(path: string, name: string): readonly string[] | undefined {
    const whole = this.#keptTexts(path, name);
    if (whole !== undefined) return whole;
    const parts: string[] = [];
    for (let part = 0;; part++) {
      const texts = this.#keptTexts(path, `${name}${part}`);
      if (texts === undefined) return part === 0 ? undefined : parts;
      parts.push(...texts);
    }
  }

  /** Whether there is a group or an array. */
  has(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  /**
   * An array of floating-point numbers, which the caller keeps: each is read once.
   *
   * @param path Its path.
   * @returns The array; `undefined` if it is not there.
   * @throws {FormatError} If it is damaged, or is kept in another way than Keras keeps weights.
   */
  tensor(path: string): Tensor | undefined {
    const address = this.#find(path);
    if (address === undefined) return undefined;
    const messages = this.#messagesOf(address);
    const find = (type: number) =>
      messages.find((message) => message.type === type && !message.isShared);
    const [space, type, layout] = [MESSAGES.dataspace, MESSAGES.datatype, MESSAGES.layout].map(
      find,
    );
    if (space === undefined || type === undefined || layout === undefined) return undefined;
    const bytes = this.#bytes;
    const fail = (found: string): never => bytes.fail(`"${path.slice(0, 200)}" ${found}`, address);
    const shape = readShape(bytes, space.address) ?? fail("is empty");
    const { kind, size, ...rest } = readType(bytes, type.address);
    if (kind !== "float" || !("float" in rest)) return fail("holds no floating-point numbers");
    const length = (countValues(shape) ?? Infinity) * size;
    if (length > bytes.length) fail(`has the shape [${shape.join(", ")}], more than the file`);
    bytes.keep(HEADER_BYTES + path.length + length);
    const own = length === 0 ? new Uint8Array(0) : this.#dataOf(layout, length, fail);
    const place = { action: "read HDF5", name: path, file: bytes.file };
    return { name: path, shape, values: decodeFloats(own, rest.float, place) };
  }

  #dataOf(layout: Message, length: number, fail: (found: string) => never): Bytes {
    const bytes = this.#bytes;
    const version = bytes.integer(layout.address, 1);
    const kind = bytes.integer(layout.address + 1, 1);
    if (version !== 3 && version !== 4) fail(`has a layout of version ${version}`);
    const at = layout.address + 2;
    if (kind === COMPACT && bytes.integer(at, 2) === length) return bytes.at(at + 2, length);
    if (kind !== CONTIGUOUS) fail("is stored in chunks, expected in one piece, as Keras stores it");
    if (bytes.isUndefined(at)) fail("was never written");
    if (bytes.integer(at + 8, 8) !== length) fail(`has another length than ${length} bytes`);
    return bytes.at(bytes.integer(at, 8), length);
  }

  #keptTexts(path: string, name: string): string[] | undefined {
    const texts = this.#textsOf(path, name);
    // An empty text takes a byte at least, too.
    for (const { length } of texts ?? []) this.#bytes.keep(Math.max(1, length));
    return texts;
  }

  #textsOf(path: string, name: string): string[] | undefined {
    const address = this.#find(path);
    const attribute = address === undefined ? undefined : this.#attribute(address, name);
    return attribute && readTexts(this.#bytes, attribute);
  }

  #attribute(address: number, name: string): Hdf5Attribute | undefined {
    for (const { type, address: at, isShared } of this.#messagesOf(address)) {
      if (type !== MESSAGES.attribute || isShared) continue;
      const attribute = readAttribute(this.#bytes, at);
      if (attribute.name === name) return attribute;
    }
    return undefined;
  }

  /** Address of the header of a group or an array. */
  #find(path: string): number | undefined {
    let address: number | undefined = this.#root;
    for (const name of path.split("/")) {
      if (name === "") continue;
      if (address === undefined) return undefined;
      address = this.#linksOf(address)?.get(name);
    }
    return address;
  }

  #messagesOf(address: number): readonly Message[] {
    const known = this.#messages.get(address);
    if (known !== undefined) return known;
    const messages = readMessages(this.#bytes, address);
    this.#messages.set(address, messages);
    return messages;
  }

  #linksOf(address: number): ReadonlyMap<string, number> | undefined {
    if (!this.#links.has(address)) {
      this.#links.set(address, readLinks(this.#bytes, this.#messagesOf(address)));
    }
    return this.#links.get(address);
  }
}
