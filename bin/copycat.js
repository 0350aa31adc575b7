#!/usr/bin/env node
/**
 * `copycat …`: runs scripts/copycat.ts by the Node 24 that comes with the packages, whatever Node the host has. It is plain
 * JavaScript, so that Node 20 can read it.
 *
 * Where the packages brought none (another system than Linux), the host's own Node does, if it is new enough.
 */
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;
const PROGRAM = new URL('../scripts/copycat.ts', import.meta.url);
/** What a supervisor or a terminal sends to have it ended. */
const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];

const node = packagedNode();
if (realpathSync(PROGRAM).split('/').includes('node_modules')) {
  // Node strips the types of no file in there.
  complain('Copycat runs from a checkout. Clone it, then: npm install -g <its folder>, or npm link in it.');
} else if (!hasPackages()) {
  complain('Copycat lacks its packages: npm install in its folder brings them.');
} else if (node !== undefined && node !== realpathSync(process.execPath)) {
  runBy(node);
} else if (Number(process.versions.node.split('.')[0]) >= NEEDED) {
  await import(PROGRAM.href);
} else {
  complain(
    `Copycat needs Node ${NEEDED}, and this is ${process.version}: npm install in its folder brings one, on Linux.`,
  );
}

/** Whether anybody has installed them: without, the program would end in a trace that says less. */
function hasPackages() {
  try {
    createRequire(import.meta.url).resolve('commander');
    return true;
  } catch {
    return false;
  }
}

/** @returns {string | undefined} its file */
function packagedNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve(`node-${process.platform}-${process.arch}/package.json`);
    return realpathSync(join(dirname(manifest), 'bin/node'));
  } catch {
    return undefined;
  }
}

/**
 * Ends as it ends, by the same status or signal. A terminal tells the whole group of a Ctrl-C, so that the program hears of it
 * twice: it takes what comes within a moment for one (scripts/interruption.ts). By the channel it hears when this process was
 * killed.
 * @param {string} program
 */
function runBy(program) {
  const child = spawn(program, [fileURLToPath(PROGRAM), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of PASSED_ON) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => complain(`${program} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    // A signal that does not end this process, as where it is the first of a container, is told by the status.
    process.exitCode = 128 + (constants.signals[signal] ?? 0);
  });
}

/** @param {string} what */
function complain(what) {
  process.stderr.write(`${what}\n`);
  process.exitCode = 2;
}
