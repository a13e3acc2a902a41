import type { FunctionAssembler, Local } from "../assembler/assembler.ts";

/** Pushes four copies of a number; from memory at a constant address that is one instruction. */
export type PushConstant = (code: FunctionAssembler, value: number) => void;

/** A coefficient and the vector that it multiplies. */
export type Term = readonly [coefficient: number, vector: Local];

/** Assembles linear combinations of vectors within one function. */
export class Combiner {
  readonly code: FunctionAssembler;
  readonly #pushConstant: PushConstant;
  readonly #locals = new Map<string, Local>();

  /** `pushConstant` says where coefficients come from. */
  constructor(code: FunctionAssembler, pushConstant: PushConstant) {
    this.code = code;
    this.#pushConstant = pushConstant;
  }

  /** A vector local of the function, the same for the same name. */
  local(name: string): Local {
    const known = this.#locals.get(name);
    if (known !== undefined) return known;
    const made = this.code.local("v128");
    this.#locals.set(name, made);
    return made;
  }

  /** Pushes four copies of a number. */
  pushConstant(value: number): void {
    this.#pushConstant(this.code, value);
  }

  /** Pops c, and pushes coefficient · vector + c. */
  multiplyAdd([coefficient, vector]: Term): void {
    const { code } = this;
    const sum = this.local("sum");
    code.set(sum);
    this.pushConstant(coefficient);
    code.get(vector).get(sum).multiplyAdd(this.local("product"));
  }

  /**
   * Pushes the sum of the terms: those with coefficient 1 first, then those with −1, which need no multiplication, then
   * the others in order. Terms with coefficient 0 are left out.
   */
  pushSum(terms: readonly Term[]): void {
    const { code } = this;
    const [first, ...others] = orderTerms(terms);
    if (first === undefined) {
      code.f32x4(0);
      return;
    }
    if (first[0] === 1) code.get(first[1]);
    else {
      this.pushConstant(first[0]);
      code.get(first[1]).op("f32x4.mul");
    }
    for (const term of others) {
      if (term[0] === 1) code.get(term[1]).op("f32x4.add");
      else if (term[0] === -1) code.get(term[1]).op("f32x4.sub");
      else this.multiplyAdd(term);
    }
  }
}

/** Puts the terms that need no multiplication first, a sum's first term not among the subtracted ones if possible. */
function orderTerms(terms: readonly Term[]): Term[] {
  const ones = terms.filter(([coefficient]) => coefficient === 1);
  const minus = terms.filter(([coefficient]) => coefficient === -1);
  const others = terms.filter(([coefficient]) => coefficient !== 0 && Math.abs(coefficient) !== 1);
  return ones.length > 0 ? [...ones, ...minus, ...others] : [...others, ...minus];
}

/** Instructions of {@linkcode Combiner.pushSum}, those that load coefficients included. */
export function countInstructions(coefficients: readonly number[]): number {
  const needed = coefficients.filter((coefficient) => coefficient !== 0);
  const each = needed.map((coefficient) => Math.abs(coefficient) === 1 ? 1 : 2);
  const count = each.reduce((sum, instructions) => sum + instructions, 0);
  // A sum begins with a vector if it can, else with a product.
  if (needed.includes(1)) return count - 1;
  return needed.length > 0 && each.every((instructions) => instructions === 1) ? count + 1 : count;
}
