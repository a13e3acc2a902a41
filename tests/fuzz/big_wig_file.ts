/** A small bigWig file (Kent et al. 2010, Bioinformatics 26:2204, supplement). */

import { deflateSync } from "node:zlib";
import { ByteWriter } from "./byte_writer.ts";
import type { Bytes } from "./seed.ts";

/** Options of {@linkcode writeBigWig}. */
export interface BigWigOptions {
  readonly compress: boolean;
  /** Has the index of sections in two levels. */
  readonly deep: boolean;
}

const HEADER_BYTES = 64;
const SUMMARY_BYTES = 40;
const KEY_BYTES = 4;
const NAMES = ["chr1", "chr2"];

interface Section {
  readonly contig: number;
  readonly start: number;
  readonly end: number;
  readonly bytes: Bytes;
}

/** A file with two sequences and all three kinds of section. */
export function writeBigWig({ compress, deep }: BigWigOptions): ByteWriter {
  const sections = [intervals(0), variableSteps(0), fixedSteps(1)].map((section) => ({
    ...section,
    bytes: compress ? new Uint8Array(deflateSync(section.bytes)) : section.bytes,
  }));
  const treeStart = HEADER_BYTES + SUMMARY_BYTES;
  const dataStart = treeStart + 32 + 4 + NAMES.length * (KEY_BYTES + 8);
  const indexStart = dataStart + 8 + sections.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const file = new ByteWriter().integer(4, 0x888ffc26).field(2, 4).field(2, 0).field(8, treeStart);
  file.field(8, dataStart).field(8, indexStart).field(2, 0).field(2, 0).field(8, 0);
  file.field(8, HEADER_BYTES).field(4, compress ? 512 : 0).field(8, 0).boundary();
  file.raw(new Uint8Array(SUMMARY_BYTES)).boundary();
  writeContigs(file);
  const places = sections.map(() => 0);
  file.field(8, sections.length);
  sections.forEach(({ bytes }, i) => {
    places[i] = file.length;
    file.raw(bytes).boundary();
  });
  writeIndex(file, { sections, places, deep });
  return file;
}

function writeContigs(file: ByteWriter): void {
  file.integer(4, 0x78ca8c91).field(4, 256).field(4, KEY_BYTES).field(4, 8);
  file.field(8, NAMES.length).integer(8, 0).boundary();
  file.field(1, 1).integer(1, 0).field(2, NAMES.length);
  NAMES.forEach((name, id) => file.text(name).field(4, id).field(4, 10_000));
  file.boundary();
}

interface IndexContent {
  readonly sections: readonly Section[];
  readonly places: readonly number[];
  readonly deep: boolean;
}

function writeIndex(file: ByteWriter, { sections, places, deep }: IndexContent): void {
  file.integer(4, 0x2468ace0).field(4, 256).field(8, sections.length).integer(4, 0).integer(4, 0);
  file.integer(4, 1).integer(4, 10_000).field(8, file.length).field(4, 1).integer(4, 0).boundary();
  const leafBytes = 4 + 32 * sections.length;
  if (deep) {
    file.field(1, 0).integer(1, 0).field(2, 1).field(4, 0).field(4, 0).field(4, 1).field(4, 10_000);
    file.field(8, file.length + 8).boundary();
  }
  file.field(1, 1).integer(1, 0).field(2, sections.length);
  sections.forEach(({ contig, start, end, bytes }, i) => {
    file.field(4, contig).field(4, start).field(4, contig).field(4, end);
    file.field(8, places[i]!).field(8, bytes.length);
  });
  file.boundary().raw(new Uint8Array(deep ? 0 : leafBytes % 4));
}

function sectionHeader(
  section: Omit<Section, "bytes">,
  { type, step, span, items }: { type: number; step: number; span: number; items: number },
): ByteWriter {
  const { contig, start, end } = section;
  return new ByteWriter().field(4, contig).field(4, start).field(4, end).field(4, step)
    .field(4, span).field(1, type).integer(1, 0).field(2, items);
}

function intervals(contig: number): Section {
  const place = { contig, start: 0, end: 1000 };
  const section = sectionHeader(place, { type: 1, step: 0, span: 0, items: 10 });
  for (let i = 0; i < 10; i++) section.field(4, 100 * i).field(4, 100 * i + 50).float32(i / 2);
  return { ...place, bytes: section.finish() };
}

function variableSteps(contig: number): Section {
  const place = { contig, start: 1000, end: 2000 };
  const section = sectionHeader(place, { type: 2, step: 0, span: 20, items: 10 });
  for (let i = 0; i < 10; i++) section.field(4, 1000 + 100 * i).float32(-i);
  return { ...place, bytes: section.finish() };
}

function fixedSteps(contig: number): Section {
  const place = { contig, start: 0, end: 1000 };
  const section = sectionHeader(place, { type: 3, step: 100, span: 100, items: 10 });
  for (let i = 0; i < 10; i++) section.float32(i * i);
  return { ...place, bytes: section.finish() };
}
