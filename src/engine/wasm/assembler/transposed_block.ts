import type { FunctionAssembler, Local } from "./assembler.ts";

/** Four vectors whose lanes change places with their numbers. */
export class TransposedBlock {
  readonly #code: FunctionAssembler;
  readonly #lines: readonly [Local, Local, Local, Local];
  readonly #mixed: readonly [Local, Local, Local, Local];

  /** Blocks of a function may follow one another. */
  constructor(code: FunctionAssembler) {
    this.#code = code;
    this.#lines = code.locals("v128", 4);
    this.#mixed = code.locals("v128", 4);
  }

  /** Assembles the first half of the way; `load` pushes a vector. */
  transpose(load: (line: number) => void): void {
    for (const [line, local] of this.#lines.entries()) {
      load(line);
      this.#code.set(local);
    }
    const [l0, l1, l2, l3] = this.#lines;
    const [low01, low23, high01, high23] = this.#mixed;
    this.#code.get(l0).get(l1).shuffle([0, 4, 1, 5]).set(low01);
    this.#code.get(l2).get(l3).shuffle([0, 4, 1, 5]).set(low23);
    this.#code.get(l0).get(l1).shuffle([2, 6, 3, 7]).set(high01);
    this.#code.get(l2).get(l3).shuffle([2, 6, 3, 7]).set(high23);
  }

  /** Pushes the vector of the lanes of a number. */
  push(lane: number): void {
    const [low01, low23, high01, high23] = this.#mixed;
    this.#code.get(lane < 2 ? low01 : high01).get(lane < 2 ? low23 : high23);
    this.#code.shuffle(lane % 2 === 0 ? [0, 1, 4, 5] : [2, 3, 6, 7]);
  }
}
