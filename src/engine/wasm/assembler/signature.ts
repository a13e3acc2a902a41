/**
 * The parameters and local variables of an assembled function, as types.
 *
 * @module
 */

/** Type of a parameter or local variable. */
export type ValueType = "i32" | "f32" | "v128";

/** Codes of the types in the binary format. */
export const VALUE_TYPES: Record<ValueType, number> = { i32: 0x7f, f32: 0x7d, v128: 0x7b };

/** A local variable of the function being assembled. */
export type Local = number & { readonly __local?: never };

/** As many local variables as `Count` says. */
export type Locals<Count extends number, Found extends readonly Local[] = []> = number extends Count
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

/** The name of a parameter. */
export function nameOfParameter(parameter: string): string {
  const end = parameter.indexOf(":");
  return end < 0 ? parameter : parameter.slice(0, end);
}

/** The type of a parameter. */
export function typeOfParameter(parameter: string): ValueType {
  if (parameter.endsWith(": f32")) return "f32";
  return parameter.endsWith(": v128") ? "v128" : "i32";
}
