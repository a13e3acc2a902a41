/**
 * The flags of alignments (SAM specification, section 1.4).
 *
 * @module
 */

/** The read is one of a pair. */
export const PAIRED = 0x1;
/** The pair lies as its library's pairs do: towards each other, at a usual distance. */
export const PROPER_PAIR = 0x2;
/** The read has no place; it may be kept at its mate's. */
export const UNMAPPED = 0x4;
/** The read's mate has no place. */
export const MATE_UNMAPPED = 0x8;
/** The read is on the reverse strand. */
export const REVERSE = 0x10;
/** The read is the first of its pair. */
export const FIRST_OF_PAIR = 0x40;
/** Another place of the read is its main one. */
export const SECONDARY = 0x100;
/** A part of the read whose main part is elsewhere. */
export const SUPPLEMENTARY = 0x800;

/** Names of the flags, as `samtools flags` has them. */
export const FLAG_NAMES: Readonly<Record<string, number>> = {
  PAIRED,
  PROPER_PAIR,
  UNMAP: UNMAPPED,
  MUNMAP: MATE_UNMAPPED,
  REVERSE,
  MREVERSE: 0x20,
  READ1: FIRST_OF_PAIR,
  READ2: 0x80,
  SECONDARY,
  QCFAIL: 0x200,
  DUP: 0x400,
  SUPPLEMENTARY,
};
