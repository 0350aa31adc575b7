const MOST_CHARACTERS = 2_000;

/** A terminal must not be told what to do by what somebody else said: neither controls nor marks of direction are left in it. */
export const printable = (text: string): string =>
  text
    .slice(0, 2 * MOST_CHARACTERS)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
    .slice(0, MOST_CHARACTERS);
