/** The reader of reference panels. */

import { readPanel, writePanel } from "../../../src/panel/panel_file.ts";
import type { ReferencePanel } from "../../../src/panel/panel.ts";
import { Dataset } from "../../../src/data/dataset.ts";
import { bytesSource } from "../../../src/files/byte_source.ts";
import { openNpz } from "../../../src/io/npz.ts";
import { formatNpyHeader } from "../../../src/io/npy.ts";
import { concatenate } from "../../../src/base/bytes.ts";
import { buildPanel } from "../../../src/panel/build_panel.ts";
import { randomColumns } from "../../helpers/panel_samples.ts";
import { writeZip } from "../containers.ts";
import { type Bytes, expectSound, type Seed, type Target } from "../seed.ts";

/** The bytes that something writes to a stream. */
async function bytesOf(write: (sink: WritableStream<Uint8Array>) => Promise<void>): Promise<Bytes> {
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
  const [bytes] = await Promise.all([new Response(readable).bytes(), write(writable)]);
  return bytes;
}

/** A file that is damaged as it is, and one whose JSON is damaged in a file with correct sums. */
async function panelSeeds(panel: ReferencePanel): Promise<Seed[]> {
  const whole = await bytesOf((sink) => writePanel(sink, panel));
  const npz = await openNpz(bytesSource(whole));
  const members = await Promise.all(npz.members.map(async ({ name }) => {
    return { name, ...await npz.read(name) };
  }));
  const about = members.find(({ name }) => name === "about")!.data as Bytes;
  const rewrap = (json: Bytes): Bytes =>
    writeZip(members.map(({ name, dtype, shape, data }) => {
      const isAbout = name === "about";
      const header = formatNpyHeader(dtype, isAbout ? [json.length] : shape);
      const { buffer } = isAbout ? json.slice() : data.slice();
      return { name: `${name}.npy`, bytes: concatenate(header, new Uint8Array(buffer)) };
    })).finish();
  const name = "panel.npz";
  return [
    [{ name, kind: "binary", bytes: whole }],
    [{ name, kind: "json", bytes: about, wrap: rewrap }],
  ];
}

/** Readers of panels. */
export const PANEL_TARGETS: readonly Target[] = [{
  name: "panel",
  seeds: async () =>
    await panelSeeds(
      await buildPanel(
        new Dataset({ ...randomColumns(2, 3), cellTypeGroups: ["liver", "cell 1"] }),
      ),
    ),
  async read([file]) {
    const { genes, cellTypes, values, scales, present, labels, turned } = await readPanel(file);
    const pairs = genes.length * cellTypes.length;
    expectSound(present.length === pairs && labels.length === pairs, "pairs without a place");
    expectSound(turned.length === genes.length, "genes without a direction");
    const isFull = values.length === pairs * scales.length;
    expectSound(isFull || (values.length === 0 && !present.includes(1)), "marks without values");
  },
}];
