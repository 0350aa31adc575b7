/**
 * copycat check --stage prod: what is missing before a stage can be deployed, all of it in one list. It changes nothing. `serverless
 * deploy` does the same first.
 *
 * Exit status: 0 nothing, 1 it could not be looked at, 2 something is missing or wrong.
 */
import { Command } from 'commander';
import { lookingAt } from '../local/preflight/look.ts';
import { preflight } from '../local/preflight/preflight.ts';
import { fileOf } from '../local/preflight/settings.ts';
import { stageOf } from '../local/preflight/stage.ts';
import { printService } from '../local/print-service.ts';
import { inheritedEnvironment, readEnv } from '../shared/config/env.ts';
import { parsed } from '../shared/config/readers.ts';
import { InvalidConfig } from '../shared/errors.ts';
import { onInterruption } from './interruption.ts';
import { ROOT } from './operating.ts';

const STAGE = /^[A-Za-z][A-Za-z0-9-]{0,39}$/;

export const command = new Command('check')
  .description('Says what is missing before a stage can be deployed: settings, parameters, buckets, ClickHouse.')
  .requiredOption('--stage <name>', 'whose environment file is looked at: environments/<name>.yml')
  .option('--json', 'as JSON: what is missing, in sentences', false)
  .addHelpText('after', '\nExample:\n  npx copycat check --stage prod')
  .action(async ({ stage, json }: { readonly stage: string; readonly json: boolean }) => {
    readEnv({ '--stage': parsed('the name of a stage such as prod', parseStage) }, { '--stage': stage });
    const signal = onInterruption();
    const environment = inheritedEnvironment();
    const resolved = stageOf(JSON.parse(await printService({ root: ROOT, environment, stage, signal })));
    const problems = await preflight(resolved, lookingAt(resolved.settings?.REGION?.trim() || 'us-east-1'), signal);
    if (json) process.stdout.write(`${JSON.stringify({ stage, missing: problems })}\n`);
    if (problems.length > 0) throw new InvalidConfig(problems);
    if (!json) process.stdout.write(`${fileOf(stage)} has all that a deployment needs\n`);
  });

function parseStage(text: string): string {
  if (!STAGE.test(text)) throw new RangeError();
  return text;
}
