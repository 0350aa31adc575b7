/**
 * copycat <command>: what a person does with a mirror, on this machine or on AWS, as commands of one program. `bin/copycat.js` runs
 * it by the Node that comes with the packages.
 *
 * Exit status: 0 done, 1 something failed, 2 wrong usage or configuration, and then nothing was touched, 130 interrupted.
 */
import './require-node.ts';
import { COMMANDS } from './commands.ts';
import { heedReaders } from './lost-reader.ts';
import { runProgram } from './run-program.ts';

heedReaders(process);
process.exitCode = await runProgram(process.argv.slice(2), COMMANDS);
