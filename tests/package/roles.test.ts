/** Each role grants what its function's code does, all of it and nothing else. */
import { broadIn } from './roles/broad.ts';
import { covers, type Grant, grantsOf } from './roles/granted.ts';
import { play } from './roles/played.ts';
import type { Played, Stage } from './roles/world.ts';
import { ofType, type Packaged, packaged, type Resource } from './template.ts';

const STAGES: readonly Stage[] = ['detect', 'copy', 'publish', 'serve', 'collect'];
const BUCKETS = { 'roles-cache': 'bucket', 'roles-state': 'state' };
const ACTIONS: Readonly<Record<string, string>> = {
  head: 's3:GetObject',
  get: 's3:GetObject',
  put: 's3:PutObject',
  delete: 's3:DeleteObject',
  list: 's3:ListBucket',
};

/** What is done and not granted. */
const FORGONE: Readonly<Partial<Record<Stage, readonly Grant[]>>> = {
  // It tries, and does without: what is left says nothing (shared/bucket/probe.ts).
  copy: ['bucket probe', 'state probe'].map((on) => ({ action: 's3:DeleteObject', on })),
};

const queue = (on: string, ...actions: readonly string[]) => actions.map((action) => ({ action: `sqs:${action}`, on }));
/** What Lambda does in a function's name to drive it by a queue. */
const driven = (on: string) => queue(on, 'ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes');
const parts = (...ons: readonly string[]) => ons.map((on) => ({ action: 's3:AbortMultipartUpload', on }));

/** What is granted and not seen in the play: each with the reason why it is needed. */
const RARE: Readonly<Partial<Record<Stage, readonly Grant[]>>> = {
  detect: parts('bucket releases/*'), // an image whose length upstream does not say goes in parts
  copy: [
    ...parts('bucket nar/*', 'bucket log/*'), // more than 5 GB; a log whose length upstream does not say
    ...driven('CopyQueue'),
    ...queue('CopyQueue', 'ChangeMessageVisibility', 'SendMessage'), // handed back; sent anew before SQS buries it
    ...queue('CopyDeadLetters', 'SendMessage'), // buried
  ],
  // Parts of the snapshot go when they are made anew: once half of it, and some thousand names, is of no use.
  collect: [{ action: 's3:DeleteObject', on: 'state snapshots/names/00000001.ndjson.zst' }],
};

/** What an entry of the play needs: a read also needs that S3 says 404 of what is not there. */
function needsOf(entry: string): readonly Grant[] {
  const [where = '', operation = '', key = ''] = entry.split(' ');
  if (where === 'queue') return queue('CopyQueue', operation === 'send' ? 'SendMessage' : 'GetQueueAttributes');
  const listing = { action: 's3:ListBucket', on: where };
  if (operation === 'list') return [listing];
  const itself = { action: ACTIONS[operation] ?? operation, on: `${where} ${key}` };
  return operation === 'head' || operation === 'get' ? [itself, listing] : [itself];
}

const isIn = (grants: readonly Grant[], { action, on }: Grant): boolean =>
  grants.some((grant) => grant.action === action && covers(grant.on, on));
const inWords = ({ action, on }: Grant): string => `${action} on ${on}`;

/** The one that puts objects. */
const statementOf = (role: Resource['Properties']) => role.Policies[1]['Fn::If'][1].PolicyDocument.Statement[2];
const onto = (role: Resource['Properties'], resource: unknown) => statementOf(role).Resource.push(resource);

describe('the roles', () => {
  let made: Packaged;
  let played: Played;
  beforeAll(async () => {
    made = await packaged('roles', {
      BUCKET: 's3://roles-cache',
      STATE: 's3://roles-state',
      CHANNELS: 'nixos-unstable',
    });
    played = await play();
  });
  afterAll(() => made.close());

  const granted = (stage: string): readonly Grant[] =>
    grantsOf(made.template, `${stage[0]?.toUpperCase()}${stage.slice(1)}Role`, BUCKETS).filter(
      ({ action }) => !action.startsWith('logs:'),
    );

  it.each(STAGES)('of %s grants all that its code does', (stage) => {
    const used = [...played[stage]].flatMap(needsOf);
    expect(used.length).toBeGreaterThan(10);
    const lacking = used.filter((need) => !isIn(granted(stage), need) && !isIn(FORGONE[stage] ?? [], need));
    expect([...new Set(lacking.map(inWords))]).toEqual([]);
  });

  it.each(STAGES)('of %s grants nothing that its code does not do', (stage) => {
    const used = [...[...played[stage]].flatMap(needsOf), ...(RARE[stage] ?? [])];
    const idle = granted(stage).filter(
      ({ action, on }) => !used.some((need) => need.action === action && covers(on, need.on)),
    );
    expect(idle.map(inWords)).toEqual([]);
  });

  it('of load grants its queue, which it is driven by and sent to by Lambda when it failed', () => {
    expect(granted('load').map(inWords).sort()).toEqual(
      [...driven('LoadFailures'), ...queue('LoadFailures', 'SendMessage')].map(inWords).sort(),
    );
  });

  it('let serve write nothing but the day’s record and what ClickHouse said last, send to the copy queue alone, and let copy delete nothing', () => {
    const writes = granted('serve').filter(({ action }) => /Put|Delete|Abort|Send/.test(action));
    expect(writes.map(inWords)).toEqual([
      'sqs:SendMessage on CopyQueue',
      's3:PutObject on state snapshots/analytics/*',
      's3:PutObject on state snapshots/pulls-*',
    ]);
    expect(granted('copy').filter(({ action }) => action.startsWith('s3:Delete'))).toEqual([]);
  });

  it('name actions and resources, and never more than a prefix; each function writes to its own log group', () => {
    expect(broadIn(made.template, BUCKETS)).toEqual([]);
    const roles = ofType(made.template, 'AWS::IAM::Role');
    expect(roles.map(([id]) => id).sort()).toEqual(
      [...STAGES, 'load'].map((stage) => `${stage[0]?.toUpperCase()}${stage.slice(1)}Role`).sort(),
    );
    for (const [id] of roles) {
      const stage = id.replace('Role', '');
      const logs = grantsOf(made.template, id, BUCKETS).filter(({ action }) => action.startsWith('logs:'));
      expect(logs.map(inWords)).toEqual([
        `logs:CreateLogStream on ${stage}LogGroup`,
        `logs:PutLogEvents on ${stage}LogGroup`,
      ]);
      expect(made.template.Resources[`${stage}LambdaFunction`]?.Properties.Role).toEqual({ 'Fn::GetAtt': [id, 'Arn'] });
    }
  });

  const STATE = `arn:\${AWS::Partition}:s3:::roles-state`;
  const PARAMETERS = `arn:\${AWS::Partition}:ssm:\${AWS::Region}:\${AWS::AccountId}:parameter`;
  it.each<readonly [string, (role: Resource['Properties']) => void]>([
    ['a managed policy', (role) => Object.assign(role, { ManagedPolicyArns: ['arn:aws:iam::aws:policy/Admin'] })],
    ['a boundary, which is none of ours', (role) => Object.assign(role, { PermissionsBoundary: 'arn:x' })],
    ['a star', (role) => onto(role, '*')],
    ['a star by Fn::Sub', (role) => onto(role, { 'Fn::Sub': '*' })],
    ['a star by Fn::Join', (role) => onto(role, { 'Fn::Join': ['', ['*']] })],
    ['all objects of a bucket', (role) => onto(role, { 'Fn::Sub': `${STATE}/*` })],
    ['a pattern that is no prefix of the layout', (role) => onto(role, { 'Fn::Sub': `${STATE}/polled*` })],
    ['all buckets', (role) => onto(role, { 'Fn::Sub': STATE.replace('roles-state', '*') })],
    ['all buckets of a name', (role) => onto(role, { 'Fn::Sub': `${STATE}*` })],
    ['all parameters', (role) => onto(role, { 'Fn::Sub': `${PARAMETERS}/*` })],
    ['every action', (role) => Object.assign(statementOf(role), { Action: 's3:*' })],
    ['all but an action', (role) => Object.assign(statementOf(role), { NotAction: 's3:Get' })],
  ])('are seen to be too broad with %s', (_what, broaden) => {
    const template = structuredClone(made.template);
    broaden(template.Resources.DetectRole?.Properties ?? {});
    expect(broadIn(template, BUCKETS)).not.toEqual([]);
  });

  it('are seen to be too broad with a policy from elsewhere', () => {
    const { template } = made;
    const more = { More: { Type: 'AWS::IAM::RolePolicy', Properties: {} } };
    expect(broadIn({ ...template, Resources: { ...template.Resources, ...more } }, BUCKETS)).toHaveLength(1);
  });
});
