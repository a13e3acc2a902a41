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

/**
 * Assembles a loop over `count` items: `width` of them side by side, a power of two, then the rest one by one. `body` is
 * called with the number of items of a round, which it moves past.
 */
export function forGroups(
  code: FunctionAssembler,
  { count, width }: { readonly count: Local; readonly width: number },
  body: (items: number) => void,
): void {
  const rounds = code.local("i32");
  code.get(count).i32(Math.log2(width)).op("i32.shr_u").set(rounds);
  code.repeatLocal(rounds, () => body(width));
  code.get(count).i32(width - 1).op("i32.and").set(rounds);
  code.repeatLocal(rounds, () => body(1));
}
