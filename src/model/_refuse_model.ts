import { UnsupportedModelError } from "../errors.ts";

/**
 * Refuses to build a model.
 *
 * @param model The model.
 * @param found What is wrong with it.
 * @throws {UnsupportedModelError} Always.
 */
export function refuseModel({ name }: { readonly name: string }, found: string): never {
  throw new UnsupportedModelError(`Cannot build model "${name}": ${found}`);
}
