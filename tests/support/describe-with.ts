/** `describe` for tests that need programs of other people: without them they are skipped, and say so. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithReference } from '../../shared/testing/reference.ts';

/** The reference upstream can be served. `define` is given the folder of the reference data. */
export function describeWithUpstream(name: string, define: (shared: string) => void): void {
  if (isInstalled('python3', name)) describeWithReference(name, define);
}

/** The same, and there is the real Nix (Debian: nix-bin). @param more programs that are needed too. */
export function describeWithNix(name: string, define: (shared: string) => void, ...more: readonly string[]): void {
  if (['nix-store', ...more].every((program) => isInstalled(program, name))) describeWithUpstream(name, define);
}

/** ClickHouse is embedded in chdb, which has a build for few machines. */
export function describeWithClickHouse(name: string, define: () => void): void {
  if (hasEngine()) {
    describe(name, define);
  } else {
    process.stderr.write(`SKIPPED, for chdb can't be had here: ${name}\n`);
    describe.skip(name, () => it('needs chdb', () => undefined));
  }
}

const ENGINES = join(import.meta.dirname, '../../node_modules/@chdb');

const hasEngine = (): boolean =>
  existsSync(ENGINES) &&
  readdirSync(ENGINES).some((name) => name.startsWith(`lib-${process.platform}-${process.arch}`));

function isInstalled(program: string, name: string): boolean {
  if (spawnSync(program, ['--version']).status === 0) return true;
  process.stderr.write(`SKIPPED, for there is no ${program}: ${name}\n`);
  describe.skip(name, () => it(`needs ${program}`, () => undefined));
  return false;
}
