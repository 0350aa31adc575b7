/** `describe` for tests that need programs of other people: without them they are skipped, and say so. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describeWithReference } from '../../shared/testing/reference.ts';
import { givenClickHouseUrl } from './given-clickhouse.ts';

/** The reference upstream can be served. `define` is given the folder of the reference data. */
export function describeWithUpstream(name: string, define: (shared: string) => void): void {
  if (isInstalled('python3', name)) describeWithReference(name, define);
}

/** The same, and there is the real Nix (Debian: nix-bin). @param more programs that are needed too. */
export function describeWithNix(name: string, define: (shared: string) => void, ...more: readonly string[]): void {
  if (['nix-store', ...more].every((program) => isInstalled(program, name))) describeWithUpstream(name, define);
}

/** There is an embedded ClickHouse for this machine. */
export function describeWithClickHouse(name: string, define: () => void): void {
  if (hasClickHouse()) describe(name, define);
  else skip(name, 'chdb for this machine');
}

/** There is one that can be talked to: the server that TEST_CLICKHOUSE_URL names, or the embedded one. */
export function describeWithGivenClickHouse(name: string, define: () => void): void {
  if (givenClickHouseUrl() === undefined) describeWithClickHouse(name, define);
  else describe(`${name}, on TEST_CLICKHOUSE_URL`, define);
}

export function hasClickHouse(): boolean {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  return spawnSync(process.execPath, ['-e', "await import('chdb')"], { cwd: root }).status === 0;
}

/** There is this program. @param program its name, or its file. @param asked what makes it say something and end */
export function describeWithProgram(name: string, program: string, define: () => void, asked = '--version'): void {
  if (spawnSync(program, [asked]).status === 0) describe(name, define);
  else skip(name, program);
}

function isInstalled(program: string, name: string): boolean {
  if (spawnSync(program, ['--version']).status === 0) return true;
  skip(name, program);
  return false;
}

function skip(name: string, what: string): void {
  process.stderr.write(`SKIPPED, for there is no ${what}: ${name}\n`);
  describe.skip(name, () => it(`needs ${what}`, () => undefined));
}
