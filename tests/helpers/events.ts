import { PbfReader } from "pbf";

/** Field numbers of TensorFlow's `event.proto` and `summary.proto`. */
const STEP = 2;
const SUMMARY = 5;
const SUMMARY_VALUE = 1;
const TAG = 1;
const SIMPLE_VALUE = 2;

/** The scalars of an event file, `[step, value]` of each tag; another test checks the checksums. */
export function readEvents(file: Uint8Array<ArrayBuffer>): Map<string, [number, number][]> {
  const scalars = new Map<string, [number, number][]>();
  const view = new DataView(file.buffer);
  for (let offset = 0; offset < file.length;) {
    const length = Number(view.getBigUint64(offset, true));
    const event = { step: 0, scalars: [] as [string, number][] };
    new PbfReader(file.subarray(offset + 12, offset + 12 + length)).readFields(readEvent, event);
    for (const [tag, value] of event.scalars) {
      scalars.set(tag, [...scalars.get(tag) ?? [], [event.step, value]]);
    }
    offset += 12 + length + 4;
  }
  return scalars;
}

interface Event {
  step: number;
  readonly scalars: [string, number][];
}

function readEvent(field: number, event: Event, reader: PbfReader): void {
  if (field === STEP) event.step = reader.readVarint();
  if (field === SUMMARY) reader.readMessage(readSummary, event);
}

function readSummary(field: number, event: Event, reader: PbfReader): void {
  if (field !== SUMMARY_VALUE) return;
  const value: [string, number] = ["", NaN];
  reader.readMessage(readValue, value);
  event.scalars.push(value);
}

function readValue(field: number, value: [string, number], reader: PbfReader): void {
  if (field === TAG) value[0] = reader.readString();
  if (field === SIMPLE_VALUE) value[1] = reader.readFloat();
}
