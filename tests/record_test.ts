import { deepStrictEqual, match, ok, strictEqual, throws } from "node:assert";
import { ContractError, FormatError } from "../src/errors.ts";
import {
  COMPETITION_RECORD,
  type DataRecord,
  DEEPCHROME_RECORD,
  inverseFunction,
  parseRecord,
  prepareFlags,
  reconcileRecords,
  type Transform,
  transformFunction,
} from "../src/record.ts";

/** A record with every field. */
const PREPARED: DataRecord = {
  ...DEEPCHROME_RECORD,
  extendBp: 0,
  minMappingQuality: 0,
  normalisation: "none",
  expressionTransform: "log2p1",
};

Deno.test("a record survives JSON, and unknown fields are dropped", () => {
  const text = JSON.stringify({ ...DEEPCHROME_RECORD, note: "x" });
  deepStrictEqual(parseRecord(JSON.parse(text)), DEEPCHROME_RECORD);
  deepStrictEqual(parseRecord(JSON.parse(JSON.stringify(PREPARED))), PREPARED);
});

Deno.test("a record that lacks the later fields agrees with one that has their defaults", () => {
  strictEqual(reconcileRecords(DEEPCHROME_RECORD, PREPARED), "none");
  strictEqual(reconcileRecords(PREPARED, DEEPCHROME_RECORD), "none");
  const other: DataRecord = { ...PREPARED, expressionTransform: "asinh" };
  strictEqual(reconcileRecords(DEEPCHROME_RECORD, other), "none");
  throws(() => reconcileRecords(PREPARED, other), /expressionTransform log2p1.*have asinh/);
});

Deno.test("a refusal says how to prepare the data again, and that counts are never rescaled", () => {
  const model: DataRecord = { ...PREPARED, extendBp: 200, normalisation: "rpm" };
  throws(
    () => reconcileRecords(model, { ...model, countingRule: "mean-depth" }),
    (error) =>
      error instanceof ContractError && /Counts are never rescaled/.test(error.message) &&
      error.message.includes(
        "deno task prepare ... --signal reads --bin-size 100 --orientation genomic --assembly hg19 " +
          "--marks H3K27me3,H3K36me3,H3K4me1,H3K4me3,H3K9me3 --extend 200 --normalise rpm --expression-transform log2p1",
      ),
  );
});

Deno.test("a refusal of marks in another order names both, and what gives them in the model's", () => {
  const model: DataRecord = { ...PREPARED, marks: ["H3K27ac", "H2A Z"] };
  const refuse = (marks: string[], message: RegExp) =>
    throws(() => reconcileRecords(model, { ...model, marks }), message);
  const other = ["H2A Z", "H3K27ac"];
  refuse(other, /deno task prepare \.\.\. .* --marks 'H3K27ac,H2A Z' /);
  refuse(other, /on marks H3K27ac,H2A Z, the data have H2A Z,H3K27ac\./);
  refuse(other, /data\.selectMarks\(model\.record\.marks\) puts them into the model's order$/);
  refuse(
    ["H2A Z", "H3K4me3"],
    /the data have H2A Z,H3K4me3\. .* if this one is wrong \(--record\)$/,
  );
});

const DNA: DataRecord = {
  ...PREPARED,
  sequence: { bases: 400, tssBase: 200, orientation: "transcript", unknownAs: "none", source: "x" },
};

/** The same record with other sequences. */
function withDna(change: Partial<DataRecord["sequence"]>): DataRecord {
  return { ...DNA, sequence: { ...DNA.sequence!, ...change } };
}

Deno.test("a record of DNA survives JSON, and one that is damaged is refused", () => {
  deepStrictEqual(parseRecord(JSON.parse(JSON.stringify(DNA))), DNA);
  const bad: readonly (readonly [change: object, message: RegExp])[] = [
    [{ bases: 0 }, /sequence.bases is 0, expected an integer from 1 to 65536/],
    [{ bases: 70_000 }, /sequence.bases is 70000/],
    [{ tssBase: -1 }, /sequence.tssBase is -1/],
    [{ orientation: "reverse" }, /sequence.orientation is "reverse", expected one of genomic/],
    [{ unknownAs: "T" }, /sequence.unknownAs is "T", expected none or A/],
  ];
  for (const [change, message] of bad) throws(() => parseRecord(withDna(change)), message);
});

Deno.test("DNA of another kind is refused, with the flags that make the model's", () => {
  const { sequence: _, ...without } = DNA;
  strictEqual(reconcileRecords(without, DNA), "none");
  strictEqual(reconcileRecords(DNA, withDna({ source: "y" })), "none");
  for (
    const change of [
      { bases: 300 },
      { tssBase: 100 },
      { orientation: "genomic" },
      { unknownAs: "A" },
    ] as const
  ) {
    const [[field, value]] = Object.entries(change) as [[string, unknown]];
    throws(
      () => reconcileRecords(DNA, withDna(change)),
      new RegExp(`sequence\\.${field} .*, the data have ${value}.*--sequence-half-width 200`),
    );
  }
  const authors = withDna({ orientation: "genomic", unknownAs: "A" });
  match(
    prepareFlags(authors),
    /--genome GENOME --sequence-half-width 200 --sequence-orientation genomic --unknown-bases A$/,
  );
});

Deno.test("DNA that does not say how it runs is taken as it is, which is said", () => {
  const unknown = withDna({ orientation: "unknown", tssBase: undefined });
  for (const [model, data] of [[DNA, unknown], [unknown, DNA]] as const) {
    const notes: string[] = [];
    strictEqual(reconcileRecords(model, data, { onNote: (note) => notes.push(note) }), "none");
    strictEqual(notes.length, 1);
    match(notes[0]!, /DNA in .*transcript orientation.* are taken to run alike|not known.*alike/);
  }
  const notes: string[] = [];
  reconcileRecords(unknown, unknown, { onNote: (note) => notes.push(note) });
  deepStrictEqual(notes, []);
});

Deno.test("the flags name the column that is subtracted, in quotes where a shell needs them", () => {
  const flagsOf = (expressionReference: string) =>
    prepareFlags({
      ...DEEPCHROME_RECORD,
      expressionTransform: "signed-log-difference",
      expressionReference,
    });
  match(flagsOf("E000"), / --expression-transform signed-log-difference:E000$/);
  match(flagsOf("a; b"), / --expression-transform 'signed-log-difference:a; b'$/);
});

Deno.test("a record with a missing or wrong field is refused with the field's name", () => {
  const wrong: Record<keyof DataRecord, unknown> = {
    assembly: 19,
    binSizeBp: 0.5,
    orientation: "left",
    countingRule: undefined,
    marks: ["H3K4me3", 4],
    transform: "log2",
    extendBp: -1,
    minMappingQuality: "30",
    normalisation: "cpm",
    excludedFlags: -1,
    fragments: "yes",
    replicates: "add",
    control: "divide",
    blacklist: 3,
    tss: "start",
    expressionTransform: "log1p",
    expressionReference: 0,
    source: [],
    sequence: { bases: 0.5 },
  };
  for (const [field, value] of Object.entries(wrong)) {
    const record = { ...DEEPCHROME_RECORD, [field]: value };
    throws(() => parseRecord(record, "a.npz"), (error) => {
      return error instanceof FormatError && error.message.includes(field) &&
        error.file === "a.npz";
    });
  }
  throws(() => parseRecord(null), FormatError);
});

Deno.test("a record of hostile JSON is refused like any other", () => {
  const nested = "[".repeat(500_000) + "]".repeat(500_000);
  for (const field of ["assembly", "binSizeBp", "orientation", "marks", "normalisation"]) {
    for (const json of [nested, '{"toString":null,"valueOf":null}', '{"length":4294967296}']) {
      const record = { ...DEEPCHROME_RECORD, [field]: JSON.parse(json) };
      throws(() => parseRecord(record, "a.npz"), { name: "FormatError", file: "a.npz" });
    }
  }
});

Deno.test("records that contradict each other are refused with both values", () => {
  const others: Partial<DataRecord>[] = [
    { assembly: "hg38" },
    { binSizeBp: 200 },
    { orientation: "transcript" },
    { countingRule: "mean-depth" },
    { marks: ["H3K4me3"] },
    { extendBp: 200 },
    { minMappingQuality: 30 },
    { normalisation: "rpm" },
  ];
  for (const other of others) {
    const [[field, value] = ["", ""]] = Object.entries(other);
    const wanted = String(PREPARED[field as keyof DataRecord]);
    throws(
      () => reconcileRecords(PREPARED, { ...PREPARED, ...other }),
      (error) =>
        error instanceof ContractError && error.message.includes(wanted) &&
        error.message.includes(String(value)),
    );
  }
});

Deno.test("a transform is applied once: to plain counts, but not to data that carry it already", () => {
  const plain = DEEPCHROME_RECORD;
  const log: DataRecord = { ...plain, transform: "log1p" };
  strictEqual(reconcileRecords(log, plain), "log1p");
  strictEqual(reconcileRecords(log, log), "none");
  strictEqual(reconcileRecords(plain, plain), "none");
  throws(() => reconcileRecords(plain, log), /transform none.*log1p/);
  throws(() => reconcileRecords({ ...plain, transform: "asinh" }, log), /asinh.*log1p/);
});

Deno.test("transforms do what their names say", () => {
  strictEqual(transformFunction("none")(7), 7);
  strictEqual(transformFunction("log1p")(Math.E - 1), 1);
  strictEqual(transformFunction("asinh")(Math.sinh(2)), 2);
  for (const transform of ["none", "log1p", "asinh"] as const) {
    const back = inverseFunction(transform)(transformFunction(transform)(7));
    ok(Math.abs(back - 7) < 1e-14, transform);
  }
  const unknown = "log2" as unknown as Transform;
  throws(() => inverseFunction(unknown), { name: "RangeError" });
  throws(() => transformFunction(unknown), { name: "RangeError", message: /none, log1p, asinh/ });
});

Deno.test("a record whose marks repeat is refused", () => {
  throws(
    () => parseRecord({ ...DEEPCHROME_RECORD, marks: ["K4", "K4"] }),
    /marks\[1\] is "K4", expected each once/,
  );
});

/** What reconciling says, by what is accepted. */
function notesOf(model: DataRecord, data: DataRecord, acceptAssembly?: boolean): string[] {
  const notes: string[] = [];
  reconcileRecords(model, data, { acceptAssembly, onNote: (note) => notes.push(note) });
  return notes;
}

Deno.test("another build of one species is accepted on request only, with a note", () => {
  for (
    const [one, other] of [["hg19", "hg38"], ["hg38", "hs1"], ["mm10", "mm39"], [
      "GRCh37",
      "hg38",
    ]] as const
  ) {
    const [model, data] = [one, other].map((assembly) => ({ ...PREPARED, assembly })) as [
      DataRecord,
      DataRecord,
    ];
    deepStrictEqual(notesOf(model, data, true), [
      `the model was trained on ${one}, the data are of ${other}: windows around the same genes in another build of ` +
      "one species",
    ]);
    throws(
      () => notesOf(model, data, false),
      /or name their record if this one is wrong \(--record\).*--accept-assembly/,
    );
    // Training and other callers that cannot accept it do not name a flag that they lack.
    throws(() => notesOf(model, data), (error) => !String(error).includes("--accept-assembly"));
  }
});

Deno.test("data that do not name their assembly are told so", () => {
  throws(
    () => reconcileRecords(PREPARED, { ...PREPARED, assembly: "unknown" }),
    /trained on assembly hg19, the data do not name theirs\. Prepare the data again/,
  );
});

Deno.test("another species, an unknown one and intervals of another build are refused on request too", () => {
  const withAssembly = (assembly: string): DataRecord => ({ ...PREPARED, assembly });
  const human = withAssembly("hg19");
  const cases: [DataRecord, DataRecord, RegExp][] = [
    [human, withAssembly("mm10"), /these are of human and of mouse/],
    [
      human,
      withAssembly("unknown"),
      /data are of an assembly that is not known.*--assembly names it/,
    ],
    [
      withAssembly("unknown"),
      human,
      /on an assembly that is not known.*the model's species is not known either/,
    ],
    [withAssembly("mine1"), withAssembly("mine2"), /the species of mine1 is not known/],
    [human, { ...withAssembly("hg38"), tss: "bed" }, /intervals that were given in BED are places/],
    [{ ...human, tss: "bed" }, withAssembly("hg38"), /intervals that were given in BED are places/],
  ];
  for (const [model, data, message] of cases) {
    throws(() => notesOf(model, data, true), { name: "ContractError", message });
    throws(() => notesOf(model, data, false), (error) => !String(error).includes("--accept-"));
  }
});

Deno.test("to accept another assembly is advised only where nothing else differs", () => {
  const data: DataRecord = { ...PREPARED, assembly: "hg38", countingRule: "max" };
  throws(
    () => notesOf(PREPARED, data, false),
    (error) => /countingRule/.test(String(error)) && !String(error).includes("--accept-assembly"),
  );
});

Deno.test("what is accepted of the assembly is accepted of nothing else", () => {
  const data: DataRecord = { ...PREPARED, assembly: "hg38", orientation: "transcript" };
  throws(() => notesOf(PREPARED, data, true), /orientation genomic, the data have transcript/);
});

Deno.test("windows centred on something else than the model's are a note", () => {
  deepStrictEqual(notesOf(PREPARED, { ...PREPARED, tss: "gene" }), []);
  deepStrictEqual(notesOf({ ...PREPARED, tss: "canonical" }, { ...PREPARED, tss: "transcript" }), [
    "the model was trained on windows around the starts of canonical transcripts, those of the data are around the " +
    "starts of all transcripts",
  ]);
  strictEqual(notesOf(PREPARED, { ...PREPARED, tss: "bed" }).length, 1);
});

Deno.test("a record keeps the control of a model's sequences, and refuses a damaged one", () => {
  const sequence = { bases: 8, orientation: "transcript", unknownAs: "none" } as const;
  const record = (control: unknown) => ({
    ...COMPETITION_RECORD,
    sequence: { ...sequence, control },
  });
  const control = { kind: "shuffled", seed: 3, genes: ["a", "b"] };
  deepStrictEqual(parseRecord(record(control)).sequence?.control, control);
  for (
    const damaged of [
      { ...control, kind: "scrambled" },
      { ...control, seed: -1 },
      { ...control, genes: ["a", "a"] },
      { ...control, genes: [1] },
      { kind: "shuffled" },
      "shuffled",
    ]
  ) {
    throws(() => parseRecord(record(damaged)), /Cannot read data record: .*control/);
  }
});
