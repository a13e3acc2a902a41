import { refuseUnknownNames } from "../base/option_names.ts";
import { plainOptions as plainOptionsOf } from "../base/plain_options.ts";
import { EARLY_STOPPING_NAMES, OPTIONS } from "./_option_names.ts";

/**
 * Options of training and prediction as the function of the same name in base makes them plain, and those of `earlyStopping`.
 *
 * @param options The options.
 * @param action What is refused otherwise, such as `train`.
 * @returns The same options.
 * @throws {TypeError} Naming the option.
 */
export function plainOptions<Options extends object>(options: Options, action: string): Options {
  const plain = plainOptionsOf(options, { action, kinds: OPTIONS });
  const { earlyStopping } = plain as { readonly earlyStopping?: unknown };
  if (earlyStopping !== undefined) {
    refuseUnknownNames(Object(earlyStopping), {
      action,
      known: EARLY_STOPPING_NAMES,
      what: "option of earlyStopping",
    });
  }
  return plain;
}
