/** For an option that may be given again and again: each value is kept, in their order. */
export const repeated = (value: string, earlier: readonly string[] = []): readonly string[] => [...earlier, value];
