/** From how many downloads on a country is named: a small one is a smaller crowd than a package. */
const LEAST = 100;

/** @param threshold of everything else */
export const countryThreshold = (threshold: number): number => Math.max(threshold, LEAST);
