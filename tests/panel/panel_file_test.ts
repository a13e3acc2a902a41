import { deepStrictEqual, ok, rejects } from "node:assert";
import { Dataset } from "../../src/data/dataset.ts";
import { bytesSource } from "../../src/files/byte_source.ts";
import { openNpz } from "../../src/io/npz.ts";
import { type NpzMemberData, writeNpz } from "../../src/io/npz_writer.ts";
import { buildPanel } from "../../src/panel/build_panel.ts";
import { extendPanel } from "../../src/panel/extend_panel.ts";
import { panelBytes, type ReferencePanel } from "../../src/panel/panel.ts";
import { readPanel, writePanel } from "../../src/panel/panel_file.ts";
import { withoutMarks } from "../../src/panel/without_marks.ts";
import { randomColumns } from "../helpers/panel_samples.ts";

const DATA = new Dataset(randomColumns(3, 5));
const PANEL = await buildPanel(DATA);

async function bytesOf(write: (sink: WritableStream<Uint8Array>) => Promise<void>) {
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>();
  const [bytes] = await Promise.all([new Response(readable).bytes(), write(writable)]);
  return bytes;
}

async function fileOf(panel: ReferencePanel) {
  return bytesSource(await bytesOf((sink) => writePanel(sink, panel)), "panel.npz");
}

/** The file of a panel with some of its arrays changed. */
async function changed(change: (member: NpzMemberData) => NpzMemberData | undefined) {
  const npz = await openNpz(await fileOf(PANEL));
  const members: NpzMemberData[] = [];
  for (const { name } of npz.members) {
    const { dtype, shape, data } = await npz.read(name);
    const member = change({ name, dtype, shape, data: data as Uint8Array });
    if (member !== undefined) members.push(member);
  }
  return bytesSource(await bytesOf((sink) => writeNpz(sink, members)), "panel.npz");
}

/** The same with other names and numbers in its JSON. */
function changedAbout(change: Record<string, unknown>) {
  return changed((member) => {
    if (member.name !== "about") return member;
    const about = JSON.parse(new TextDecoder().decode(member.data as Uint8Array));
    const data = new TextEncoder().encode(JSON.stringify({ ...about, ...change }));
    return { ...member, shape: [data.length], data };
  });
}

Deno.test("a panel is the same after writing and reading, also one of marks or of labels alone", async () => {
  const half = await buildPanel(DATA.filter((row) => row % 2 === 0));
  const panels = [
    PANEL,
    await extendPanel(half, [DATA]),
    await withoutMarks(PANEL),
    await buildPanel(new Dataset({ ...DATA.columns, labels: undefined })),
  ];
  for (const panel of panels) deepStrictEqual(await readPanel(await fileOf(panel)), panel);
});

Deno.test("a panel without marks is small, and takes marks again", async () => {
  const small = await withoutMarks(PANEL);
  ok(panelBytes(small) < panelBytes(PANEL) / 3);
  const again = await extendPanel(small, [DATA]);
  deepStrictEqual(again, PANEL);
});

Deno.test("a damaged panel is refused", async () => {
  const wrong: readonly [Parameters<typeof changed>[0], RegExp][] = [
    [(member) => member.name === "labels" ? undefined : member, /it has the arrays about, scales/],
    [
      (member) =>
        member.name === "scales" ? { ...member, data: new Float32Array(75).fill(NaN) } : member,
      /a scale is NaN, expected a number from 0/,
    ],
    [
      (member) =>
        member.name === "present"
          ? { ...member, data: Uint8Array.of(1, 2, ...new Uint8Array(13)) }
          : member,
      /present has 2, expected 0 or 1/,
    ],
    [
      (member) =>
        member.name === "turned" ? { ...member, data: new Uint8Array(5).fill(9) } : member,
      /turned has 9, expected 0 or 1/,
    ],
    [
      (member) =>
        member.name === "labels"
          ? { ...member, data: new Float32Array(15).fill(Infinity) }
          : member,
      /a label is Infinity/,
    ],
    [
      (member) => member.name === "labels" ? { ...member, shape: [3, 5] } : member,
      /labels is float32 \[3, 5\], expected float32 \[5, 3\]/,
    ],
    [
      (member) =>
        member.name === "values"
          ? { ...member, shape: [0, 3, 75], data: new Uint8Array(0) }
          : member,
      /values is uint8 \[0, 3, 75\], expected uint8 \[5, 3, 75\]/,
    ],
    [
      (member) =>
        member.name === "about" ? { ...member, data: new Uint8Array(member.shape[0]!) } : member,
      /about is not JSON/,
    ],
  ];
  for (const [change, message] of wrong) {
    await rejects(readPanel(await changed(change)), { name: "FormatError", message });
  }
});

Deno.test("names and numbers that cannot be are refused", async () => {
  const { cellTypes, record } = PANEL;
  const wrong: readonly [Record<string, unknown>, RegExp][] = [
    [{ version: 2 }, /its version is 2, expected 1/],
    [{ genes: ["a", "a", "b", "c", "d"] }, /genes/],
    [{ genes: [], cellTypes: [] }, /it has no genes or no cell types/],
    [{ cellTypes: [cellTypes[0], cellTypes[0], cellTypes[1]] }, /it has a cell type twice/],
    [{ bins: 0 }, /bins is 0/],
    [{ bins: 7 }, /scales is float32 \[75\], expected float32 \[36\]/],
    [{ labelSd: 0 }, /labelSd is 0/],
    [{ labelMean: null }, /labelMean is null/],
    [{ record: { ...record, transform: "log1p" } }, /its record has transform log1p/],
    [{ record: null }, /Cannot read data record/],
    [
      {
        genes: Array.from({ length: 8000 }, (_, i) => `gene ${i}`),
        cellTypes: Array.from({ length: 2000 }, (_, i) => ({ name: `cell ${i}`, members: [] })),
      },
      /it has 8000 genes × 2000 cell types × 75 values/,
    ],
  ];
  for (const [change, message] of wrong) {
    await rejects(readPanel(await changedAbout(change)), { name: "FormatError", message });
  }
});
