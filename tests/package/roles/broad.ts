/**
 * What lets a role do more than its statements seem to say: whole managed policies, policies from elsewhere in the template, and resources
 * with a star too many. Against a list of all patterns that there are, since one that is wider still covers all that the code does.
 */
import { ofType, type Template } from '../template.ts';
import { grantsOf, type Statement, statementsOf } from './granted.ts';

const ELSEWHERE = [
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::RolePolicy',
  'AWS::IAM::UserPolicy',
  'AWS::IAM::GroupPolicy',
];
const ROLE = ['AssumeRolePolicyDocument', 'Policies'];
const STATEMENT = ['Effect', 'Action', 'Resource'];
const ARN =
  /^arn:\$\{AWS::Partition\}:(?:s3:::[a-z0-9.-]+(?:\/[^*]*\*?|\/\*\.(?:ls|narinfo))?|ssm:\$\{AWS::Region\}:\$\{AWS::AccountId\}:parameter\/[^*]+)$/;

/** With a star: all of them. `*.narinfo` and `*.ls` stand at the top of the public bucket, as Nix asks for them. */
const PATTERNS = new Set([
  ...['*.ls', '*.narinfo', 'channels/*', 'debuginfo/*', 'log/*', 'nar/*', 'releases/*'].map((one) => `bucket ${one}`),
  ...['channels/*', 'condemned/*', 'overtime/*', 'probes/*', 'releases/*', 'snapshots/names/*'].map(
    (one) => `state ${one}`,
  ),
  ...[
    'snapshots/analytics/*',
    'snapshots/pulls-*',
    'staged/*',
    'unavailable/*',
    'upstream-breaker/*',
    'withdrawals/*',
  ].map((one) => `state ${one}`),
]);

/** @returns what is too broad, in words; nothing: all is as narrow as the layout of the buckets. */
export function broadIn(template: Template, buckets: Readonly<Record<string, string>>): readonly string[] {
  const elsewhere = ELSEWHERE.flatMap((type) => ofType(template, type)).map(([id]) => `${id} is a policy of its own`);
  const roles = ofType(template, 'AWS::IAM::Role').flatMap(([id, { Properties }]) => [
    ...Object.keys(Properties).flatMap((name) => (ROLE.includes(name) ? [] : [`${id} has ${name}`])),
    ...statementsOf(template, id).flatMap((statement) =>
      [...broadInStatement(statement)].map((what) => `${id}: ${what}`),
    ),
    ...grantsOf(template, id, buckets)
      .filter(({ on }) => on.includes('*') && !PATTERNS.has(on))
      .map(({ action, on }) => `${id}: ${action} on ${on}`),
  ]);
  return [...elsewhere, ...roles];
}

function* broadInStatement(statement: Statement): Generator<string, undefined> {
  for (const name of Object.keys(statement)) if (!STATEMENT.includes(name)) yield `a statement has ${name}`;
  if (statement.Effect !== 'Allow') yield `the effect ${statement.Effect}`;
  for (const action of [statement.Action].flat())
    if (!/^(?:logs|s3|sqs|ssm):[A-Za-z]+$/.test(String(action))) yield `the action ${String(action)}`;
  for (const resource of [statement.Resource].flat()) if (!isNamed(resource)) yield `on ${JSON.stringify(resource)}`;
  return undefined;
}

/** By the attribute of something in the stack, or by an ARN that says what it is; a text could be a star. */
function isNamed(resource: unknown): boolean {
  if (!(resource instanceof Object) || Object.keys(resource).length !== 1) return false;
  const { 'Fn::Sub': arn, 'Fn::GetAtt': attribute } = resource as { 'Fn::Sub'?: unknown; 'Fn::GetAtt'?: unknown };
  if (typeof arn === 'string') return ARN.test(arn);
  return Array.isArray(attribute) && attribute.length === 2 && attribute[1] === 'Arn';
}
