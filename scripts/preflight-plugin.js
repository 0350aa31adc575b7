/**
 * Looks at a stage before `serverless deploy` (and `deploy function`) changes anything, as `copycat check` does: what is missing is said in
 * one list, and nothing is deployed. `--param preflight=offline` asks nobody, where parameters, buckets or ClickHouse can't be reached
 * from here. `serverless package` never asks, but looks at the file: a secret that stands in it would stand in the template.
 * JavaScript, because serverless loads its plugins itself.
 */
export default class PreflightPlugin {
  /** @param options `param`: those of the command line, as `name=value` */
  constructor(serverless, options) {
    const [command] = serverless.processedInput.commands;
    const isOffline = command === 'package' || options.param?.includes('preflight=offline');
    let looked = false;
    const look = async () => {
      if (looked) return;
      const { lookingAt, offline } = await import('../local/preflight/look.ts');
      const { preflight } = await import('../local/preflight/preflight.ts');
      const { stageOf } = await import('../local/preflight/stage.ts');
      const { custom, functions, provider } = serverless.service;
      const stage = stageOf({ custom, functions, provider });
      const deps = isOffline ? offline : lookingAt(provider.region);
      const problems = await preflight(stage, deps, AbortSignal.timeout(120_000));
      looked = true;
      if (problems.length === 0) return;
      const list = problems.map((problem) => `  ${problem}`).join('\n');
      const done = command === 'package' ? 'packaged' : 'deployed';
      throw new serverless.classes.Error(`Nothing was ${done}, for this is missing or wrong:\n${list}`, 'PREFLIGHT');
    };
    this.hooks = {
      'before:package:initialize': look, // a deployment packages first
      'before:deploy:deploy': look, // but for one of what was packaged before
      'before:deploy:function:initialize': look,
    };
  }
}
