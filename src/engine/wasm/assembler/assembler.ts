/**
 * A small assembler for WebAssembly: just what the kernels need, written out as bytes of the binary format
 * (WebAssembly Core Specification 3.0, chapter 5). All functions share one imported memory.
 *
 * @module
 */

import { HAS_SHARED_MEMORY } from "../../../base/shared_memory.ts";
import { ByteWriter } from "./encoding.ts";
import { FunctionAssembler } from "./function_assembler.ts";
import { type ModuleCode, OwnMemory, type OwnMemoryPlace } from "./own_memory.ts";
import {
  type Local,
  nameOfParameter,
  type ParameterLocals,
  type Signature,
  typeOfParameter,
  VALUE_TYPES,
  type ValueType,
} from "./signature.ts";

export { FunctionAssembler };
export type { Local, ParameterLocals, Signature, ValueType };

const FUNCTION_TYPE = 0x60;
const MEMORY_IMPORT = 2;
const WITH_MAXIMUM = 1;
const SHARED_WITH_MAXIMUM = 3;
const MAGIC_AND_VERSION = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/**
 * A module under assembly. It imports one shared memory, `env.memory`, and exports all its functions. A piece
 * of the memory may be the thread's own.
 */
export class ModuleAssembler {
  readonly #own: OwnMemory;
  readonly #fusedMultiplyAdd: boolean;
  readonly #isWanted: (name: string) => boolean;
  readonly #functions: {
    name: string;
    parameters: readonly ValueType[];
    code: FunctionAssembler;
  }[] = [];

  /**
   * `fusedMultiplyAdd`: whether to use relaxed SIMD; see `fusesMultiplyAdd`. `isWanted`: which functions to keep. `own`: the
   * first thread's own memory.
   */
  constructor(
    fusedMultiplyAdd: boolean,
    isWanted: (name: string) => boolean = () => true,
    own: OwnMemoryPlace = { address: 0, bytes: 0 },
  ) {
    this.#fusedMultiplyAdd = fusedMultiplyAdd;
    this.#isWanted = isWanted;
    this.#own = new OwnMemory(own);
  }

  /** Adds an exported function without results; `assemble` writes its code, given the parameters by name. */
  addFunction<const S extends Signature>(
    name: string,
    signature: S,
    assemble: (code: FunctionAssembler, parameters: ParameterLocals<S>) => void,
  ): void {
    if (!this.#isWanted(name)) return;
    const parameters: ValueType[] = [];
    const locals: Record<string, Local> = {};
    for (const parameter of signature) {
      locals[nameOfParameter(parameter)] = parameters.length;
      parameters.push(typeOfParameter(parameter));
    }
    const code = new FunctionAssembler(parameters, {
      fusedMultiplyAdd: this.#fusedMultiplyAdd,
      own: this.#own,
    });
    assemble(code, locals as ParameterLocals<S>);
    this.#functions.push({ name, parameters, code });
  }

  /** The module in the binary format. `pages` is the size of the memory it imports, in 64 KiB. */
  toBytes(pages: number): Uint8Array<ArrayBuffer> {
    return this.toCode(pages).bytes;
  }

  /** The same, with what a thread's copy of it must change. */
  toCode(pages: number): ModuleCode {
    const functions = this.#functions;
    const writer = new ByteWriter();
    writer.raw(MAGIC_AND_VERSION);
    writer.section(
      1,
      functions.map(({ parameters }) => (types) => {
        types.byte(FUNCTION_TYPE);
        types.unsigned(parameters.length);
        types.raw(parameters.map((type) => VALUE_TYPES[type]));
        types.byte(0); // results
      }),
    );
    writer.section(2, [(imports) => importMemory(imports, pages)]);
    writer.section(3, functions.map((_, index) => (types) => types.unsigned(index)));
    writer.section(
      7,
      functions.map(({ name }, index) => (exports) => {
        exports.text(name);
        exports.byte(0); // a function
        exports.unsigned(index);
      }),
    );
    writer.section(10, functions.map(({ code }) => (bodies) => code.writeTo(bodies)));
    if (this.#own.exists) writer.section(11, [(data) => this.#own.writeConstants(data)]);
    return { bytes: writer.toBytes(), ownAddresses: writer.movable };
  }
}

function importMemory(imports: ByteWriter, pages: number): void {
  imports.text("env");
  imports.text("memory");
  imports.raw([MEMORY_IMPORT, HAS_SHARED_MEMORY ? SHARED_WITH_MAXIMUM : WITH_MAXIMUM]);
  imports.unsigned(pages);
  imports.unsigned(pages);
}
