import { ALIGNED_TO_FOUR, ALIGNED_TO_ONE, ByteWriter, SIMD_PREFIX } from "./encoding.ts";
import { type Operation, PLAIN_OPERATIONS, SIMD_OPERATIONS } from "./operations.ts";
import type { OwnMemory } from "./own_memory.ts";
import { type Local, type Locals, VALUE_TYPES, type ValueType } from "./signature.ts";

const EMPTY_BLOCK = 0x40;
const VECTOR_STORE = 11;
const VECTOR_CONSTANT = 12;
/** The numbers of the four bytes of lane 0, one in each byte, and what one more is in each of them. */
const LANE_BYTES = 0x03020100;
const EACH_BYTE = 0x01010101;

/** Code of one function. Addresses and counts are bytes unless said otherwise. */
export class FunctionAssembler {
  readonly #parameters: readonly ValueType[];
  readonly #fusedMultiplyAdd: boolean;
  readonly #own: OwnMemory;
  readonly #locals: ValueType[] = [];
  #shuffled: Local | undefined;
  readonly #code = new ByteWriter();

  /** Made by `addFunction` of `ModuleAssembler`. */
  constructor(
    parameters: readonly ValueType[],
    { fusedMultiplyAdd, own }: { readonly fusedMultiplyAdd: boolean; readonly own: OwnMemory },
  ) {
    this.#parameters = parameters;
    this.#fusedMultiplyAdd = fusedMultiplyAdd;
    this.#own = own;
  }

  /** Declares a local variable, zero at first. */
  local(type: ValueType): Local {
    this.#locals.push(type);
    return this.#parameters.length + this.#locals.length - 1;
  }

  /** Declares some local variables of a type. */
  locals<const Count extends number>(type: ValueType, count: Count): Locals<Count> {
    return Array.from({ length: count }, () => this.local(type)) as Locals<Count>;
  }

  /** Pushes a local variable. */
  get(local: Local): this {
    this.#code.indexed(0x20, local);
    return this;
  }

  /** Pops into a local variable. */
  set(local: Local): this {
    this.#code.indexed(0x21, local);
    return this;
  }

  /** Copies the top of the stack into a local variable. */
  tee(local: Local): this {
    this.#code.indexed(0x22, local);
    return this;
  }

  /** Pushes an i32. */
  i32(value: number): this {
    this.#code.byte(0x41);
    this.#code.signed(value | 0);
    return this;
  }

  /** Pushes an address in the thread's own memory, counted from its beginning. */
  ownAddress(address: number): this {
    this.#own.pushAddress(this.#code, address);
    return this;
  }

  /** Pushes four copies of a float32. */
  f32x4(value: number): this {
    this.#simd(VECTOR_CONSTANT);
    for (let lane = 0; lane < 4; lane++) this.#code.float32(value);
    return this;
  }

  /**
   * Pushes four copies of a float32 that is kept in the thread's own memory: one instruction, where {@linkcode f32x4}
   * takes three.
   */
  constant(value: number): this {
    return this.constantBits(new Int32Array(Float32Array.of(value).buffer)[0]!);
  }

  /** Pushes four copies of an i32 that is kept in the same way. */
  constantBits(bits: number): this {
    const address = this.#own.addressOf(bits);
    if (address === undefined) return this.i32x4([bits, bits, bits, bits]);
    return this.ownAddress(address).loadSplat();
  }

  /** Pops a mask, b and a; pushes the lanes of a where the mask is all ones and of b where it is zero. */
  select(): this {
    return this.op(this.#fusedMultiplyAdd ? "i32x4.relaxed_laneselect" : "v128.bitselect");
  }

  /** Pushes four i32. */
  i32x4(values: readonly [number, number, number, number]): this {
    this.#simd(VECTOR_CONSTANT);
    for (const value of values) this.#code.int32(value);
    return this;
  }

  /** An operation without immediates on the stack. */
  op(name: Operation): this {
    const plain = PLAIN_OPERATIONS[name as keyof typeof PLAIN_OPERATIONS];
    if (plain === undefined) {
      return this.#simd(SIMD_OPERATIONS[name as keyof typeof SIMD_OPERATIONS]);
    }
    this.#code.byte(plain);
    return this;
  }

  /** Pops an address and pushes the i32 `offset` bytes after it. */
  i32Load(offset = 0): this {
    return this.#scalarAccess(0x28, offset);
  }

  /** Pops an address and pushes the byte `offset` bytes after it, as an i32 without a sign. */
  i32LoadByte(offset = 0): this {
    this.#code.byte(0x2d);
    this.#code.indexed(ALIGNED_TO_ONE, offset);
    return this;
  }

  /** Pops an address and pushes the f32 `offset` bytes after it. */
  f32Load(offset = 0): this {
    return this.#scalarAccess(0x2a, offset);
  }

  /** Pops an i32 and an address below it, and stores the i32 `offset` bytes after that. */
  i32Store(offset = 0): this {
    return this.#scalarAccess(0x36, offset);
  }

  /** Pops an f32 and an address below it, and stores the f32 `offset` bytes after that. */
  f32Store(offset = 0): this {
    return this.#scalarAccess(0x38, offset);
  }

  /** Pops an address and pushes the vector `offset` bytes after it; need not be aligned. */
  load(offset = 0): this {
    return this.#vectorAccess(0, offset);
  }

  /** Pops an address and pushes four copies of the f32 `offset` bytes after it. */
  loadSplat(offset = 0): this {
    return this.#vectorAccess(9, offset);
  }

  /** Pops an address and pushes eight copies of the two bytes `offset` bytes after it. */
  loadSplat16(offset = 0): this {
    this.#simd(8).#code.byte(ALIGNED_TO_ONE);
    this.#code.unsigned(offset);
    return this;
  }

  /** Pops a vector and an address below it, and stores the vector `offset` bytes after that. */
  store(offset = 0): this {
    return this.#vectorAccess(VECTOR_STORE, offset);
  }

  /** Pops b and a; pushes the lanes that `lanes` names, 0–3 of a and 4–7 of b. */
  shuffle(lanes: readonly [number, number, number, number]): this {
    this.#simd(SIMD_OPERATIONS["i8x16.shuffle"]);
    for (const lane of lanes) this.#code.int32(LANE_BYTES + 4 * lane * EACH_BYTE);
    return this;
  }

  /** Pops a vector and pushes its bytes in the order that `places` names. */
  shuffleBytes(places: readonly number[]): this {
    const value = this.#shuffled ??= this.local("v128");
    this.tee(value).get(value).#simd(SIMD_OPERATIONS["i8x16.shuffle"]);
    this.#code.raw(places);
    return this;
  }

  /**
   * Pops c, b and a and pushes a · b + c: rounded once where the machine can fuse and the module was asked to,
   * else twice.
   */
  multiplyAdd(scratch: Local): this {
    if (this.#fusedMultiplyAdd) return this.op("f32x4.relaxed_madd");
    return this.set(scratch).op("f32x4.mul").get(scratch).op("f32x4.add");
  }

  /** Number of bytes of code so far. */
  get length(): number {
    return this.#code.length;
  }

  /** Copies code that was written from one length to another, whole instructions. */
  again(start: number, end: number): this {
    this.#code.again(start, end);
    return this;
  }

  /** Adds a constant to a local i32. */
  advance(local: Local, by: number): this {
    return by === 0 ? this : this.get(local).i32(by).op("i32.add").set(local);
  }

  /** Adds a local i32 to another. */
  advanceBy(local: Local, by: Local): this {
    return this.get(local).get(by).op("i32.add").set(local);
  }

  /** Pops a length, a byte and an address, and fills that many bytes from there on. */
  fill(): this {
    return this.#emit(0xfc, 11, 0);
  }

  /** Clears some of the thread's own memory. */
  clearOwn(address: number, bytes: number): this {
    return this.ownAddress(address).i32(0).i32(bytes).fill();
  }

  /** Repeats `body` a fixed number of times. */
  repeat(count: number, body: () => void): this {
    if (count === 1) {
      body();
      return this;
    }
    const left = this.local("i32");
    this.i32(count).set(left);
    return this.#loop(left, body);
  }

  /** Repeats `body` as many times as the local's first value; not at all if that is zero or less. Changes the local. */
  repeatLocal(left: Local, body: () => void): this {
    this.#emit(0x02, EMPTY_BLOCK); // block
    this.get(left).i32(1);
    this.#emit(0x48); // i32.lt_s
    this.#emit(0x0d, 0); // br_if: out of the block
    this.#loop(left, body);
    return this.#emit(0x0b);
  }

  /** Does `body` if a local i32 is negative. */
  whenNegative(local: Local, body: () => void): this {
    this.get(local).i32(0);
    this.#emit(0x48, 0x04, EMPTY_BLOCK); // i32.lt_s; if
    body();
    return this.#emit(0x0b);
  }

  #loop(left: Local, body: () => void): this {
    this.#emit(0x03, EMPTY_BLOCK);
    body();
    this.get(left).i32(1).op("i32.sub").tee(left);
    return this.#emit(0x0d, 0, 0x0b); // br_if to the start; end
  }

  /** Writes the function's body in the binary format, its length first. */
  writeTo(writer: ByteWriter): void {
    const locals = new ByteWriter();
    locals.unsigned(this.#locals.length);
    for (const type of this.#locals) locals.raw([1, VALUE_TYPES[type]]);
    writer.unsigned(locals.length + this.#code.length + 1);
    writer.append(locals);
    writer.append(this.#code);
    writer.byte(0x0b);
  }

  #simd(code: number): this {
    this.#code.indexed(SIMD_PREFIX, code);
    return this;
  }

  #scalarAccess(code: number, offset: number): this {
    this.#code.byte(code);
    this.#code.indexed(ALIGNED_TO_FOUR, offset);
    return this;
  }

  #vectorAccess(code: number, offset: number): this {
    this.#code.vectorAccess(code, offset);
    return this;
  }

  #emit(...bytes: number[]): this {
    this.#code.raw(bytes);
    return this;
  }
}
