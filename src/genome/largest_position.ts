/** The largest position in a genome: the longest chromosome that BAM and tabix can hold. */
export const LARGEST_POSITION = 2 ** 31 - 1;
