/**
 * Who may import whom. Arrows point one way: scripts → local → functions → events → shared; neighbours meet in events/ or in
 * a handler. A room is `functions/copy`, `shared/bucket`, `events`, …
 */
const ORDER = ['scripts', 'local', 'functions', 'events', 'shared'];
const CORE = ['shared/nix', 'shared/config', 'shared/errors', 'shared/log'];
/** Tests and what only tests use may look everywhere. */
const FREE = ['tests', 'shared/testing'];

export function mayImport(from: string, to: string): boolean {
  if (from === to || FREE.includes(from)) return true;
  if (FREE.includes(to)) return false;
  if (from === 'shared/nix') return to === 'shared/errors';
  const [above = '', below = ''] = [from, to].map((room) => room.split('/')[0] ?? '');
  if (above === 'events' || above === 'shared') return CORE.includes(to);
  return ORDER.indexOf(above) < ORDER.indexOf(below);
}

/** The room of a file, by its path from the root: `shared/errors.ts` is a room of its own. */
export function roomOf(file: string): string {
  const [top = '', second = ''] = file.split('/');
  return top === 'functions' || top === 'shared' ? `${top}/${second.replace(/\.ts$/, '')}` : top;
}
