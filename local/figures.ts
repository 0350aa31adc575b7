/** Numbers as people read them. */

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `1204` as `1,204`. */
export const count = (number: number): string => String(number).replace(/\B(?=(\d{3})+$)/g, ',');

/** `1 store path`, `2 store paths`. */
export const counted = (number: number, noun: string): string => `${count(number)} ${noun}${number === 1 ? '' : 's'}`;

/** Powers of 1000, as networks and disks count. */
export function size(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1000 ** power;
  return `${power === 0 ? value : value.toFixed(value < 10 ? 2 : 1)} ${UNITS[power]}`;
}

/** `45 s`, `12 min`, `3 h 20 min`: as exact as an estimate can be. */
export function duration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (ms < 99_500) return `${Math.ceil(ms / 1_000)} s`;
  if (minutes < 100) return `${minutes} min`;
  return `${count(Math.floor(minutes / 60))} h ${minutes % 60} min`;
}
