/** The terms of a join with their branches resolved. */

import type { GraphBranch, GraphTerm } from "./_graph_types.ts";
import { refuseModel } from "./_refuse_model.ts";
import type { JoinTerm, ModelSpec } from "./spec.ts";

type Distribute<Term> = Term extends unknown ? Omit<Term, "offset"> : never;
type UnplacedTerm = Distribute<GraphTerm>;

/** What a term asks of a branch that it names. */
interface Wanted {
  /** Field of the term. */
  readonly field: string;
  /** Name of the branch. */
  readonly name: string;
  /** Whether it must be over references, or must not. */
  readonly overReferences: boolean;
}

/**
 * Resolves the terms of a join.
 *
 * @param spec The model, for messages.
 * @param terms Its terms.
 * @param branches Its branches.
 * @returns The terms with indices of branches, and the number of values of the joined row.
 * @throws {UnsupportedModelError} Naming the first term that names a branch which does not fit it.
 */
export function resolveJoin(
  spec: ModelSpec,
  terms: readonly JoinTerm[],
  branches: readonly GraphBranch[],
): { join: GraphTerm[]; joinSize: number } {
  const join: GraphTerm[] = [];
  let offset = 0;
  for (const [index, term] of terms.entries()) {
    const resolved = new TermResolver(spec, index, branches).resolve(term);
    join.push({ ...resolved, offset });
    offset += resolved.size;
  }
  return { join, joinSize: offset };
}

class TermResolver {
  readonly #spec: ModelSpec;
  readonly #index: number;
  readonly #branches: readonly GraphBranch[];

  constructor(spec: ModelSpec, index: number, branches: readonly GraphBranch[]) {
    this.#spec = spec;
    this.#index = index;
    this.#branches = branches;
  }

  resolve(term: JoinTerm): UnplacedTerm {
    switch (term.type) {
      case "output":
      case "mean": {
        const overReferences = term.type === "mean";
        const branch = this.#find({ field: "branch", name: term.branch, overReferences });
        return { type: term.type, branch, size: this.#sizeOf(branch) };
      }
      case "difference": {
        const branch = this.#find({ field: "branch", name: term.branch, overReferences: false });
        const references = this.#findReferences(term.references);
        this.#checkSizes({ field: "branch", branch, references });
        return { type: "difference", branch, references, size: this.#sizeOf(branch) };
      }
      case "distanceWeightedMean": {
        const near = this.#find({ field: "near", name: term.near, overReferences: false });
        const references = this.#findReferences(term.references);
        this.#checkSizes({ field: "near", branch: near, references });
        const values = term.values === undefined
          ? references
          : this.#find({ field: "values", name: term.values, overReferences: true });
        const { type, sharpness } = term;
        return { type, near, references, values, sharpness, size: this.#sizeOf(values) };
      }
    }
  }

  #sizeOf(branch: number): number {
    return this.#branches[branch]!.size;
  }

  #findReferences(name: string): number {
    return this.#find({ field: "references", name, overReferences: true });
  }

  #find({ field, name, overReferences }: Wanted): number {
    const found = this.#branches.findIndex((branch) => branch.name === name);
    const wanted = overReferences ? "over references" : "that is not over references";
    if (found < 0) this.#fail(`.${field} is "${name}", expected the name of a branch ${wanted}`);
    if (this.#branches[found]!.overReferences !== overReferences) {
      const kind = overReferences ? "not over references" : "over references";
      this.#fail(`.${field} is "${name}", which is ${kind}, expected a branch ${wanted}`);
    }
    return found;
  }

  #checkSizes(
    { field, branch, references }: { field: string; branch: number; references: number },
  ): void {
    const [found, wanted] = [this.#sizeOf(references), this.#sizeOf(branch)];
    if (found === wanted) return;
    this.#fail(
      ` compares ${wanted} values of ${field} with ${found} of references, expected equal numbers`,
    );
  }

  #fail(what: string): never {
    refuseModel(
      this.#spec,
      `head.join[${this.#index}]${what}`,
    );
  }
}

/** A term whose branches are given by name, or by number. */
type TermOf<Branch> =
  | { readonly type: "output" | "mean"; readonly branch: Branch }
  | { readonly type: "difference"; readonly branch: Branch; readonly references: Branch }
  | {
    readonly type: "distanceWeightedMean";
    readonly near: Branch;
    readonly references: Branch;
    /** What is averaged; the references, if absent. */
    readonly values?: Branch | undefined;
  };

/** The branches that a term reads. */
export function branchesOf<Branch>(term: TermOf<Branch>): Branch[] {
  switch (term.type) {
    case "output":
    case "mean":
      return [term.branch];
    case "difference":
      return [term.branch, term.references];
    case "distanceWeightedMean":
      return [term.near, term.references, term.values ?? term.references];
  }
}
