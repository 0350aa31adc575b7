const MOST_CHARACTERS = 2_000;

/** A terminal must not be told what to do by what somebody else said: neither controls nor marks of direction are left in it. */
export const printable = (text: string): string =>
  text
    .slice(0, 2 * MOST_CHARACTERS)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
    .slice(0, MOST_CHARACTERS);

const CONTROLS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A value as one line of JSON in which these are escaped, as JSON itself does only with some. */
export const printableJson = (value: unknown): string =>
  `${JSON.stringify(value).replace(CONTROLS, (control) => codesOf(control))}\n`;

/** Beyond the first plane a character is two codes, as JSON has it. */
const codesOf = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');
