/** Properties of logarithms of expression, for the command that takes them and for the checks of data sets. */

/**
 * No logarithm of expression is larger than this: 25 is the log2 of 33 million, which no gene reaches in TPM (1 million
 * for all genes together), in RPKM or in reads.
 */
export const LARGEST_LOGARITHM = 25;
