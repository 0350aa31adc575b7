/**
 * copycat <command>: what a person does with a mirror, on this machine or on AWS, as commands of one program. `bin/copycat.js` runs
 * it by the Node that comes with the packages.
 *
 * Exit status: 0 done, 1 something failed, 2 wrong usage or configuration, and then nothing was touched, 130 interrupted.
 */
import './require-node.ts';
import { runProgram } from './run-program.ts';

process.exitCode = await runProgram(process.argv.slice(2), {
  start: () => import('./start.ts'),
  demo: () => import('./demo.ts'),
  plan: () => import('./plan.ts'),
  backfill: () => import('./backfill.ts'),
  replay: () => import('./replay.ts'),
  queues: () => import('./queues.ts'),
  status: () => import('./status.ts'),
  migrate: () => import('./migrate.ts'),
  analytics: () => import('./analytics.ts'),
  collect: async () => ({ command: (await import('./collect.ts')).collectCommand() }),
  pin: async () => ({ command: (await import('./pin.ts')).pinCommand() }),
  unpin: async () => ({ command: (await import('./pin.ts')).unpinCommand() }),
  verify: () => import('./verify.ts'),
  export: () => import('./export.ts'),
  check: () => import('./check.ts'),
});
