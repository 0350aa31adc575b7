/** Values and names as SQL has them, whatever is in them. */
import { refusal } from './refusal.ts';

const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '\0': '\\0' };

/** `'it\'s'` */
export const textLiteral = (text: string): string => `'${text.replace(/[\\'\0]/g, (found) => ESCAPED[found] ?? '')}'`;

/** `` `copycat` `` */
export const quotedName = (name: string): string =>
  `\`${name.replace(/[\\`\0]/g, (found) => (found === '\0' ? '\\0' : `\\${found}`))}\``;

/** @throws {StatementFailed} when it is no name of a setting or a parameter. */
export function plainName(name: string): string {
  if (!/^[A-Za-z_]\w{0,127}$/.test(name)) throw refusal('UNKNOWN_SETTING', 'a parameter of the address is no name');
  return name;
}
