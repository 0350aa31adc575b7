/**
 * Which parameters each function may read: those that its environment names, whatever the setting, for it looks them all up by one
 * request, which one that is forbidden would fail. CommonJS, because serverless loads it itself.
 *     CLICKHOUSE_URL: ssm:/copycat/prod/clickhouse-url   →  a statement for publish's and serve's roles
 */

/** As shared/config/parameters.ts takes them: anything else is refused there, and grants nothing here, a star above all. */
const NAMED = /^\s*ssm:((?:\/[A-Za-z0-9_.-]+)+)\s*$/;

module.exports = async ({ resolveVariable }) => {
  const all = (await resolveVariable('self:provider.environment')) || {};
  const statements = {};
  for (const fn of ['detect', 'copy', 'publish', 'serve', 'load', 'collect']) {
    const own = (await resolveVariable(`self:functions.${fn}.environment`)) || {};
    statements[fn] = statementFor(Object.values({ ...all, ...own }));
  }
  return statements;
};

/** Parameters are read by their very names; the key of AWS's own (`aws/ssm`) needs no permission. */
function statementFor(values) {
  const names = values.flatMap((value) => (typeof value === 'string' ? [NAMED.exec(value)?.[1] ?? []].flat() : []));
  if (names.length === 0) return { Ref: 'AWS::NoValue' };
  return {
    Effect: 'Allow',
    Action: 'ssm:GetParameters',
    Resource: [...new Set(names)].map((name) => ({
      'Fn::Sub': `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter${name}`,
    })),
  };
}
