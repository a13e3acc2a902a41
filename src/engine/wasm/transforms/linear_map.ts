import type { FunctionAssembler, Local } from "../assembler/assembler.ts";
import type { Matrix } from "./matrices.ts";

/** A sum of inputs, each times a factor. */
type Terms = readonly (readonly [factor: number, input: Local])[];

/** How a linear map is assembled. */
export interface LinearMapOptions {
  /** The inputs; absent ones are known to be zero. */
  readonly inputs: readonly (Local | undefined)[];
  /** Called for each output with a function that pushes its value. Pairs of outputs may come before others. */
  readonly store: (output: number, push: () => void) => void;
}

/**
 * Assembles outputs = matrix · inputs, lane by lane. Sums that two inputs or two outputs share are computed once.
 *
 * Training transforms by the three matrices of a convolution and by their transposes, with constants where its kernels
 * keep theirs. `emit.ts` writes the two transforms of predictions from their points; to make one of both would change the
 * order of sums, and so the bits of one.
 */
export class LinearMap {
  readonly #code: FunctionAssembler;
  readonly #scratch: Local;
  readonly #sum: Local;
  readonly #temporaries: Local[] = [];
  #used = 0;

  /** The same map may be assembled for several matrices in one function. */
  constructor(code: FunctionAssembler) {
    this.#code = code;
    [this.#scratch, this.#sum] = code.locals("v128", 2);
  }

  /** Assembles the map. The inputs are not changed. */
  assemble(matrix: Matrix, { inputs, store }: LinearMapOptions): void {
    this.#used = 0;
    const rows = this.#pairInputs(matrix, inputs);
    const left = new Set(rows.keys());
    for (const output of rows.keys()) {
      if (!left.delete(output)) continue;
      const pair = [...left].map((other) => shareTerms(rows, output, other)).find(Boolean);
      if (pair === undefined) store(output, () => this.#push(rows[output]!));
      else {
        left.delete(pair.other);
        this.#storePair(pair, store);
      }
    }
  }

  /** Replaces two inputs that have the same factors but for signs by their sum and their difference. */
  #pairInputs(matrix: Matrix, inputs: LinearMapOptions["inputs"]): Terms[] {
    const rows: [number, Local][][] = matrix.map(() => []);
    const left = new Set(inputs.keys());
    for (const [index, input] of inputs.entries()) {
      if (!left.delete(index) || input === undefined) continue;
      const other = [...left].find((candidate) =>
        inputs[candidate] !== undefined && isPairOfInputs(matrix, index, candidate)
      );
      if (other === undefined) {
        matrix.forEach((row, output) => addTerm(rows[output]!, row[index]!, input));
        continue;
      }
      left.delete(other);
      const [sum, difference] = [this.#temporary(), this.#temporary()];
      const code = this.#code;
      code.get(input).get(inputs[other]!).op("f32x4.add").set(sum);
      code.get(input).get(inputs[other]!).op("f32x4.sub").set(difference);
      matrix.forEach((row, output) => {
        const same = isClose(row[index]!, row[other]!);
        addTerm(rows[output]!, row[index]!, same ? sum : difference);
      });
    }
    return rows;
  }

  #storePair(
    { output, other, half, otherHalf }: SharedTerms,
    store: LinearMapOptions["store"],
  ): void {
    const code = this.#code;
    const [first, second] = [this.#temporary(), this.#temporary()];
    this.#push(half);
    code.set(first);
    this.#push(otherHalf);
    code.set(second);
    store(output, () => code.get(first).get(second).op("f32x4.add"));
    store(other, () => code.get(first).get(second).op("f32x4.sub"));
  }

  /** Pushes a sum; terms whose factor is 1 come first, since they need no multiplication. */
  #push(terms: Terms): void {
    const code = this.#code;
    const [first, ...others] = terms.toSorted(([a], [b]) => rank(a) - rank(b));
    if (first === undefined) return void code.f32x4(0);
    const [factor, input] = first;
    code.get(input);
    if (factor === -1) code.op("f32x4.neg");
    else if (factor !== 1) code.constant(factor).op("f32x4.mul");
    for (const [factor, input] of others) {
      if (factor === 1) code.get(input).op("f32x4.add");
      else if (factor === -1) code.get(input).op("f32x4.sub");
      else {
        code.set(this.#sum);
        code.constant(factor).get(input).get(this.#sum).multiplyAdd(this.#scratch);
      }
    }
  }

  #temporary(): Local {
    return this.#temporaries[this.#used++] ??= this.#newTemporary();
  }

  #newTemporary(): Local {
    const local = this.#code.local("v128");
    this.#temporaries.push(local);
    return local;
  }
}

function rank(factor: number): number {
  if (factor === 1) return 0;
  return factor === -1 ? 1 : 2;
}

function addTerm(terms: [number, Local][], factor: number, input: Local): void {
  if (!isClose(factor, 0)) terms.push([factor, input]);
}

function isClose(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(a));
}

/** Whether it pays to replace two inputs by their sum and difference. */
function isPairOfInputs(matrix: Matrix, index: number, other: number): boolean {
  const used = matrix.filter((row) => !isClose(row[index]!, 0));
  return used.length > 2 &&
    matrix.every((row) => isClose(Math.abs(row[index]!), Math.abs(row[other]!)));
}

/** Two outputs as the sum and the difference of two sums. */
interface SharedTerms {
  readonly output: number;
  readonly other: number;
  readonly half: Terms;
  readonly otherHalf: Terms;
}

/** Splits two outputs into what they share and what has opposite signs, if that saves operations. */
function shareTerms(
  rows: readonly Terms[],
  output: number,
  other: number,
): SharedTerms | undefined {
  const [first, second] = [new Map(flip(rows[output]!)), new Map(flip(rows[other]!))];
  const half: [number, Local][] = [];
  const otherHalf: [number, Local][] = [];
  for (const input of new Set([...first.keys(), ...second.keys()])) {
    const [a, b] = [first.get(input) ?? 0, second.get(input) ?? 0];
    addTerm(half, (a + b) / 2, input);
    addTerm(otherHalf, (a - b) / 2, input);
  }
  if (half.length + otherHalf.length + 2 >= first.size + second.size) return undefined;
  return { output, other, half, otherHalf };
}

function flip(terms: Terms): [Local, number][] {
  return terms.map(([factor, input]) => [input, factor]);
}
