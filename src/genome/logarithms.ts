/** What logarithms of expression look like, to the command that takes them and to the checks of what it made. */

/**
 * No logarithm of expression is larger: log2 of more would be 33 million, which neither TPM, 1 million in all, nor RPKM
 * nor the reads of a gene reach.
 */
export const LARGEST_LOGARITHM = 25;
