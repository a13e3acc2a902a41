/** Finds out what a file is, by its first bytes and its name. */

import { listZip } from "../../io/zip.ts";
import { signalFormat } from "../../genome/mod.ts";
import type { GivenFile } from "./given_file.ts";
import { inflateHead } from "./inflate_head.ts";
import { recogniseText } from "./recognise_text.ts";
import { adviceOf, adviceOnKind, type Recognised } from "./recognised.ts";

/** So much of a file shows what it is. */
const HEAD_BYTES = 2 ** 16;

/** Kinds by the bytes that they begin with, once they are inflated. */
const MAGICS: readonly (readonly [bytes: readonly number[], kind: Recognised])[] = [
  [ascii("BAM\x01"), { role: "signal", format: "bam", about: "BAM" }],
  [ascii("CRAM"), { role: "signal", format: "cram", about: "CRAM" }],
  [[0x26, 0xfc, 0x8f, 0x88], { role: "signal", format: "bigwig", about: "bigWig" }],
  [[0x88, 0x8f, 0xfc, 0x26], { role: "signal", format: "bigwig", about: "bigWig" }],
  [ascii("BAI\x01"), { role: "index", about: "Index of a BAM file" }],
  [ascii("CSI\x01"), { role: "index", about: "Index" }],
  [ascii("TBI\x01"), { role: "index", about: "Index of a text file" }],
  [[0x43, 0x27, 0x41, 0x1a], { role: "genome", about: "Genome, 2bit; counting needs none" }],
  [[0x1a, 0x41, 0x27, 0x43], { role: "genome", about: "Genome, 2bit; counting needs none" }],
  [
    [0xeb, 0xf2, 0x89, 0x87],
    refused("bigBed", 'it is bigBed, expected BED: "bigBedToBed" makes that of it'),
  ],
  [
    [0x87, 0x89, 0xf2, 0xeb],
    refused("bigBed", 'it is bigBed, expected BED: "bigBedToBed" makes that of it'),
  ],
  [
    [0x89, 0x48, 0x44, 0x46],
    refused("HDF5", "HDF5 is not read here, expected a prepared .npz or the files themselves"),
  ],
];

function ascii(text: string): readonly number[] {
  return [...new TextEncoder().encode(text)];
}

function refused(about: string, problem: string): Recognised {
  return { role: "unknown", about, problem };
}

/** Finds out what a file is. Only its beginning is read, and of zip files the directory. */
export async function recogniseFile(file: GivenFile): Promise<Recognised> {
  try {
    return await recogniseContent(file);
  } catch (error) {
    // One of many files that were dropped must not keep the others from being taken.
    if (!isUnreadable(error)) throw error;
    return refused("Unreadable", "the browser cannot read it: is it a folder, or was it moved?");
  }
}

/** Whether an error is how browsers say that a file is a folder, was moved or changed, or may not be read. */
function isUnreadable(error: unknown): boolean {
  return error instanceof DOMException &&
    ["NotReadableError", "NotFoundError", "SecurityError"].includes(error.name);
}

async function recogniseContent(file: GivenFile): Promise<Recognised> {
  if (file.bytes === 0) return refused("Nothing", "it is empty: was it copied whole?");
  const source = await file.open();
  try {
    const head = await source.read(0, Math.min(HEAD_BYTES, source.size));
    if (head[0] === 0x50 && head[1] === 0x4b) return await recogniseZip(file);
    const plain = head[0] === 0x1f && head[1] === 0x8b ? await inflateHead(head) : head;
    if (plain === undefined) return refused("Damaged gzip", "its gzip data are damaged");
    const known = MAGICS.find(([magic]) => magic.every((byte, i) => plain[i] === byte))?.[1];
    if (known !== undefined) return known;
    const isIndex = /\.(bai|csi|tbi|crai)$/i.test(file.name);
    if (isIndex) return { role: "index", about: "Index" };
    if (file.name.toLowerCase() === "weights.bin") {
      return { role: "model", about: "A model's weights" };
    }
    if (plain.includes(0)) return unknownBinary(file.name);
    return recogniseText(file.name, new TextDecoder().decode(plain));
  } finally {
    source.close();
  }
}

/** Says of bytes that are no text what their name promises. */
function unknownBinary(name: string): Recognised {
  try {
    const format = signalFormat(name);
    return refused(
      "Unknown",
      `its content is not that of ${format}, as its name says: is it damaged?`,
    );
  } catch (error) {
    return refused("Unknown", adviceOnKind(error, name));
  }
}

async function recogniseZip(file: GivenFile): Promise<Recognised> {
  const source = await file.open();
  try {
    const paths = (await listZip(source)).map(({ path }) => path);
    if (paths.some((path) => path.endsWith("model.json"))) {
      return { role: "model", about: "A trained model" };
    }
    if (/^panel\.npz$/i.test(file.name)) return { role: "model", about: "A model's panel" };
    if (paths.every((path) => path.endsWith(".npy"))) {
      return { role: "data", about: "Prepared data" };
    }
    return refused("Zip file", "it is a zip file of other things: unpack it, and drop its files");
  } catch (error) {
    return refused("Damaged zip file", adviceOf(error, file.name));
  } finally {
    source.close();
  }
}
