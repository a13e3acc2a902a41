import type { FunctionAssembler, Local } from "./assembler.ts";

/** Assembles a loop over vectors; `pointers` advance by 16 bytes each time. */
export function forVectors(
  code: FunctionAssembler,
  { vectors, pointers }: { readonly vectors: Local; readonly pointers: readonly Local[] },
  body: () => void,
): void {
  code.repeatLocal(vectors, () => {
    body();
    for (const pointer of pointers) code.advance(pointer, 16);
  });
}
