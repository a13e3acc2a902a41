import type { FunctionAssembler, Local } from "../../assembler/assembler.ts";
import { GROUP_ENTRIES, HEADER_BYTES, SHARED_ENTRIES, STREAMS } from "./rows.ts";

/** Loads at distances 0, 16, 32 and 48 of one address: each has its own limit, and four stay in registers. */
const NEAR_VECTORS = 4;

/** Locals with the address of a pair of sparse rows, and the length of its streams. */
export type PairLocals = Readonly<Record<"sparse" | "stream", Local>>;

/** Pushes the address of a pair's stream. */
export function pushStream(
  code: FunctionAssembler,
  { sparse, stream }: PairLocals,
  number: number,
): FunctionAssembler {
  code.get(stream).i32(number).op("i32.mul").get(sparse).op("i32.add");
  return code.i32(HEADER_BYTES).op("i32.add");
}

/** Where the entries of the next group are. */
export interface GroupPointers {
  readonly factors: Local;
  readonly places: Local;
}

/** Assembles a loop over the groups of the entries of one row of a pair, or of both; `body` assembles a group. */
export function forEntryGroups(
  code: FunctionAssembler,
  pair: PairLocals,
  { which, pointers }: { readonly which: keyof typeof STREAMS; readonly pointers: GroupPointers },
  body: () => void,
): void {
  const { factors, places } = pointers;
  const streams = STREAMS[which];
  const entries = which === "both" ? SHARED_ENTRIES : GROUP_ENTRIES;
  const left = code.local("i32");
  pushStream(code, pair, streams.factors).set(factors);
  pushStream(code, pair, streams.places).set(places);
  code.get(pair.sparse).i32Load(streams.count).i32(entries - 1).op("i32.add");
  code.i32(Math.log2(entries)).op("i32.shr_u").set(left);
  code.repeatLocal(left, () => {
    body();
    code.advance(factors, 16).advance(places, 4 * entries);
  });
}

/** Pushes the address of the row of B that an entry of a group multiplies. */
export function pushPlace(
  code: FunctionAssembler,
  { places, b, entry }: { readonly places: Local; readonly b: Local; readonly entry: number },
): FunctionAssembler {
  return code.get(places).i32Load(4 * entry).get(b).op("i32.add");
}

/** Pushes a vector of a row of B. Vectors are visited in their order: before a far one the address moves along. */
export function pushVector(
  code: FunctionAssembler,
  row: Local,
  vector: number,
): FunctionAssembler {
  const near = vector % NEAR_VECTORS;
  if (vector > 0 && near === 0) code.advance(row, 16 * NEAR_VECTORS);
  return code.get(row).load(16 * near);
}
