/** The reader of AnnData in Zarr, whose data are many files. */

import { gunzipSync, gzipSync } from "node:zlib";
import { Dataset } from "../../../src/data/dataset.ts";
import { readAnndata } from "../../../src/io/zarr/anndata_reader.ts";
import { writeAnndata } from "../../../src/io/zarr/anndata_writer.ts";
import { ContractError } from "../../../src/errors.ts";
import { COMPETITION_RECORD } from "../../../src/record.ts";
import { type Bytes, expectSound, type Part, type Seed, type Target } from "../seed.ts";

type Store = Map<`/${string}`, Bytes>;

const RECORD = {
  ...COMPETITION_RECORD,
  marks: ["H3K4me3", "H3K9me3"],
  transform: "none" as const,
};
const BINS = 2;
/** Files that are damaged together in a case, by the start of their keys. */
const GROUPS = [
  "/X",
  "/obs/cell_type",
  "/obs/gene_id",
  "/obs/tss",
  "/obs/label",
  "/var",
  "/uns",
  "/zarr",
];

async function writeStore(): Promise<Store> {
  const store: Store = new Map();
  const blocks = ["E003", "E004"].map((cellType, i) => ({
    cellType,
    genes: ["ENSG00000000003.15", "Trp53"],
    signal: Array.from({ length: 2 * BINS * 2 }, (_, at) => at % (3 + i)),
    labels: [0.5, i],
  }));
  const geneDetails = new Map([["Trp53", { symbol: "p53", tss: 5, strand: "+" as const }]]);
  await writeAnndata(store, blocks, { record: RECORD, geneDetails });
  return store;
}

/** A file of the store; a chunk is damaged before it is packed, or after. */
function partsOf(key: string, bytes: Bytes): Part[] {
  if (key.endsWith("json")) return [{ name: key, kind: "json", bytes }];
  const packed: Part = { name: key, kind: "binary", bytes };
  const items = new Uint8Array(gunzipSync(bytes));
  return [
    { ...packed, bytes: items, wrap: (damaged) => new Uint8Array(gzipSync(damaged)) },
    packed,
  ];
}

/** All files, of which a case has some. */
let whole: Store = new Map();

const ANNDATA: Target = {
  name: "anndata",
  // The samples are checked where a data set is made of them.
  allowed: [ContractError],
  async seeds(): Promise<readonly Seed[]> {
    whole = await writeStore();
    return GROUPS.flatMap((start) => {
      const parts = [...whole].filter(([key]) => key.startsWith(start))
        .map(([key, bytes]) => partsOf(key, bytes));
      return [parts.map(([part]) => part!), parts.map((both) => both.at(-1)!)];
    });
  },
  async read(files) {
    const store: Store = new Map(whole);
    for (const file of files) {
      store.set(file.name as `/${string}`, await file.read(0, file.size));
    }
    const data = new Dataset(await readAnndata(store));
    const values = data.length * data.bins * data.marks.length;
    expectSound(data.columns.signal.length === values, "signal does not fill the samples");
  },
};

/** Readers of Zarr. */
export const ANNDATA_TARGETS: readonly Target[] = [ANNDATA];
