/**
 * A small assembler for WebAssembly: just what the kernels need, written out as bytes of the binary format
 * (WebAssembly Core Specification 3.0, chapter 5). All functions share one imported memory.
 *
 * @module
 */

import {
  encodeFloat32,
  encodeSection,
  encodeSigned,
  encodeText,
  encodeUnsigned,
} from "./encoding.ts";
import { type Operation, PLAIN_OPERATIONS, SIMD_OPERATIONS } from "./operations.ts";

/** Type of a parameter or local variable. */
export type ValueType = "i32" | "f32" | "v128";

/** A local variable of the function being assembled. */
export type Local = number & { readonly __local?: never };

/** As many local variables as `Count` says. */
type Locals<Count extends number, Found extends readonly Local[] = []> = number extends Count
  ? Local[]
  : Found["length"] extends Count ? Found
  : Locals<Count, [...Found, Local]>;

/**
 * The parameters of a function, in order: their names, each followed by its type unless that is i32, such as
 * `["address", "count", "slope: f32"]`.
 */
export type Signature = readonly string[];

type ParameterName<Parameter extends string> = Parameter extends `${infer Name}: ${ValueType}`
  ? Name
  : Parameter;

/** The local variables of a function's parameters, by name. */
export type ParameterLocals<S extends Signature> = {
  readonly [Parameter in S[number] as ParameterName<Parameter>]: Local;
};

const VALUE_TYPES: Record<ValueType, number> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };
const FUNCTION_TYPE = 0x60;
const EMPTY_BLOCK = 0x40;
const SIMD_PREFIX = 0xfd;
const MEMORY_IMPORT = 2;
const SHARED_WITH_MAXIMUM = 3;
const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** Code of one function. Addresses and counts are bytes unless said otherwise. */
export class FunctionAssembler {
  readonly #parameters: readonly ValueType[];
  readonly #fusedMultiplyAdd: boolean;
  readonly #locals: ValueType[] = [];
  readonly #code: number[] = [];

  /** Made by {@linkcode ModuleAssembler.addFunction}. */
  constructor(parameters: readonly ValueType[], fusedMultiplyAdd: boolean) {
    this.#parameters = parameters;
    this.#fusedMultiplyAdd = fusedMultiplyAdd;
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
    return this.#emit(0x20, ...encodeUnsigned(local));
  }

  /** Pops into a local variable. */
  set(local: Local): this {
    return this.#emit(0x21, ...encodeUnsigned(local));
  }

  /** Copies the top of the stack into a local variable. */
  tee(local: Local): this {
    return this.#emit(0x22, ...encodeUnsigned(local));
  }

  /** Pushes an i32. */
  i32(value: number): this {
    return this.#emit(0x41, ...encodeSigned(value | 0));
  }

  /** Pushes four copies of a float32. */
  f32x4(value: number): this {
    const bytes = encodeFloat32(value);
    return this.#emit(SIMD_PREFIX, 12, ...bytes, ...bytes, ...bytes, ...bytes);
  }

  /** Pushes four i32. */
  i32x4(values: readonly [number, number, number, number]): this {
    const bytes = new Uint8Array(Int32Array.from(values).buffer);
    return this.#emit(SIMD_PREFIX, 12, ...bytes);
  }

  /** An operation without immediates on the stack. */
  op(name: Operation): this {
    if (name in PLAIN_OPERATIONS) {
      return this.#emit(PLAIN_OPERATIONS[name as keyof typeof PLAIN_OPERATIONS]);
    }
    return this.#simd(SIMD_OPERATIONS[name as keyof typeof SIMD_OPERATIONS]);
  }

  /** Pops an address and pushes the i32 `offset` bytes after it. */
  i32Load(offset = 0): this {
    return this.#emit(0x28, 2, ...encodeUnsigned(offset));
  }

  /** Pops an address and pushes the f32 `offset` bytes after it. */
  f32Load(offset = 0): this {
    return this.#emit(0x2a, 2, ...encodeUnsigned(offset));
  }

  /** Pops an i32 and an address below it, and stores the i32 `offset` bytes after that. */
  i32Store(offset = 0): this {
    return this.#emit(0x36, 2, ...encodeUnsigned(offset));
  }

  /** Pops an f32 and an address below it, and stores the f32 `offset` bytes after that. */
  f32Store(offset = 0): this {
    return this.#emit(0x38, 2, ...encodeUnsigned(offset));
  }

  /** Pops an address and pushes the vector `offset` bytes after it; need not be aligned. */
  load(offset = 0): this {
    return this.#simd(0, 2, ...encodeUnsigned(offset));
  }

  /** Pops an address and pushes four copies of the f32 `offset` bytes after it. */
  loadSplat(offset = 0): this {
    return this.#simd(9, 2, ...encodeUnsigned(offset));
  }

  /** Pops a vector and an address below it, and stores the vector `offset` bytes after that. */
  store(offset = 0): this {
    return this.#simd(11, 2, ...encodeUnsigned(offset));
  }

  /** Pops b and a; pushes the lanes that `lanes` names, 0–3 of a and 4–7 of b. */
  shuffle(lanes: readonly [number, number, number, number]): this {
    const bytes = lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte));
    return this.#simd(SIMD_OPERATIONS["i8x16.shuffle"], ...bytes);
  }

  /**
   * Pops c, b and a and pushes a · b + c: rounded once where the machine can fuse and the module was asked to,
   * else twice.
   */
  multiplyAdd(scratch: Local): this {
    if (this.#fusedMultiplyAdd) return this.op("f32x4.relaxed_madd");
    return this.set(scratch).op("f32x4.mul").get(scratch).op("f32x4.add");
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

  #loop(left: Local, body: () => void): this {
    this.#emit(0x03, EMPTY_BLOCK);
    body();
    this.get(left).i32(1).op("i32.sub").tee(left);
    return this.#emit(0x0d, 0, 0x0b); // br_if to the start; end
  }

  /** The function's body in the binary format, its length first. */
  toBytes(): number[] {
    const locals = this.#locals.flatMap((type) => [1, VALUE_TYPES[type]]);
    const body = [...encodeUnsigned(this.#locals.length), ...locals, ...this.#code, 0x0b];
    return [...encodeUnsigned(body.length), ...body];
  }

  #simd(code: number, ...immediates: number[]): this {
    return this.#emit(SIMD_PREFIX, ...encodeUnsigned(code), ...immediates);
  }

  #emit(...bytes: number[]): this {
    for (const byte of bytes) this.#code.push(byte);
    return this;
  }
}

/** A module under assembly. It imports one shared memory, `env.memory`, and exports all its functions. */
export class ModuleAssembler {
  readonly #fusedMultiplyAdd: boolean;
  readonly #functions: {
    name: string;
    parameters: readonly ValueType[];
    code: FunctionAssembler;
  }[] = [];

  /** `fusedMultiplyAdd`: whether to use relaxed SIMD; see {@linkcode supportsRelaxedSimd}. */
  constructor(fusedMultiplyAdd: boolean) {
    this.#fusedMultiplyAdd = fusedMultiplyAdd;
  }

  /** Adds an exported function without results; `assemble` writes its code, given the parameters by name. */
  addFunction<const S extends Signature>(
    name: string,
    signature: S,
    assemble: (code: FunctionAssembler, parameters: ParameterLocals<S>) => void,
  ): void {
    const parameters = signature.map(typeOf);
    const code = new FunctionAssembler(parameters, this.#fusedMultiplyAdd);
    const locals = signature.map((parameter, index) => [nameOf(parameter), index]);
    assemble(code, Object.fromEntries(locals) as ParameterLocals<S>);
    this.#functions.push({ name, parameters, code });
  }

  /** The module in the binary format. `pages` is the size of the memory it imports, in 64 KiB. */
  toBytes(pages: number): Uint8Array<ArrayBuffer> {
    const functions = this.#functions;
    const types = functions.map(({ parameters }) => {
      const codes = parameters.map((type) => VALUE_TYPES[type]);
      return [FUNCTION_TYPE, ...encodeUnsigned(codes.length), ...codes, 0];
    });
    const limits = [SHARED_WITH_MAXIMUM, ...encodeUnsigned(pages), ...encodeUnsigned(pages)];
    const memory = [...encodeText("env"), ...encodeText("memory"), MEMORY_IMPORT, ...limits];
    const names = functions.map((
      { name },
      index,
    ) => [...encodeText(name), 0, ...encodeUnsigned(index)]);
    const sections = [
      encodeSection(1, types),
      encodeSection(2, [memory]),
      encodeSection(3, functions.map((_, index) => encodeUnsigned(index))),
      encodeSection(7, names),
      encodeSection(10, functions.map(({ code }) => code.toBytes())),
    ];
    return Uint8Array.from([MAGIC_AND_VERSION, ...sections].flat());
  }
}

function nameOf(parameter: string): string {
  return parameter.replace(/: .*/, "");
}

function typeOf(parameter: string): ValueType {
  if (parameter.endsWith(": f32")) return "f32";
  return parameter.endsWith(": v128") ? "v128" : "i32";
}

/** Whether this machine runs relaxed SIMD; `fusesMultiplyAdd` finds whether its multiply-add is fused. */
export function supportsRelaxedSimd(): boolean {
  const assembler = new ModuleAssembler(true);
  assembler.addFunction("probe", ["vector: v128", "address"], (code, { vector, address }) => {
    code.get(address).get(vector).get(vector).get(vector).op("f32x4.relaxed_madd").store();
  });
  return WebAssembly.validate(assembler.toBytes(1));
}
