/** What docs/deploy.md says of a deployment from GitHub and of what a CDN keeps is what the workflow, the template and serve say. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Statement } from './roles/granted.ts';
import { covers } from './roles/granted.ts';
import { type Packaged, packaged } from './template.ts';

const rootOf = (path: string): URL => new URL(`../../${path}`, import.meta.url);
const textOf = (path: string): string => readFileSync(rootOf(path), 'utf8');

const document = textOf('docs/deploy.md');
const policies = [...document.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(
  ([, json = '']) =>
    JSON.parse(json) as { readonly Statement: readonly (Statement & { readonly Condition?: unknown })[] },
);

describe('the policies in docs/deploy.md', () => {
  let made: Packaged;
  beforeAll(async () => {
    made = await packaged('from-github', {
      BUCKET: 's3://cache',
      STATE: 's3://state',
      CHANNELS: 'nixos-unstable',
      DOMAIN: 'cache.example.org',
      CERTIFICATE_ARN: 'arn:aws:acm:us-east-1:123456789012:certificate/x',
    });
  });
  afterAll(() => made.close());

  it('let in the environment that the workflow deploys from, of one repository, and nobody else', () => {
    const [trust] = policies[0]?.Statement ?? [];
    const [environment] = /(?<=^ {4}environment: ).*$/m.exec(textOf('.github/workflows/deploy.yml')) ?? [];
    expect(trust?.Condition).toEqual({
      StringEquals: {
        'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
        'token.actions.githubusercontent.com:sub': `repo:copycat-mirror/copycat:environment:${environment}`,
      },
    });
    expect(textOf('CONTRIBUTING.md')).toContain('github.com/copycat-mirror/copycat/');
  });

  it('let a deployment make and take away every kind of thing that the stack has', () => {
    const actions = (policies[1]?.Statement ?? []).flatMap(({ Action }) => [Action].flat());
    const types = new Set(Object.values(made.template.Resources).map(({ Type }) => Type));
    expect(types.size).toBeGreaterThan(12);
    const verbs = (type: string): readonly string[] => {
      const [, service = '', kind = ''] = type.split('::');
      return (KINDS[type] ?? [`Create${kind}`, `Delete${kind}`]).map((verb) => `${service.toLowerCase()}:${verb}`);
    };
    const lacking = [...types].flatMap(verbs).filter((action) => !actions.some((pattern) => covers(pattern, action)));
    expect(lacking).toEqual([]);
  });
});

/** Those whose requests are not named after them. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  'AWS::CloudWatch::Alarm': ['PutMetricAlarm', 'DeleteAlarms'],
  'AWS::Events::Rule': ['PutRule', 'DeleteRule', 'PutTargets', 'RemoveTargets'],
  'AWS::Lambda::EventInvokeConfig': ['PutFunctionEventInvokeConfig', 'DeleteFunctionEventInvokeConfig'],
  'AWS::Lambda::Permission': ['AddPermission', 'RemovePermission'],
  'AWS::Lambda::Url': ['CreateFunctionUrlConfig', 'DeleteFunctionUrlConfig'],
  'AWS::Logs::SubscriptionFilter': ['PutSubscriptionFilter', 'DeleteSubscriptionFilter'],
  'AWS::S3::BucketPolicy': ['PutBucketPolicy', 'DeleteBucketPolicy'],
  'AWS::SNS::Subscription': ['Subscribe', 'Unsubscribe'],
};

describe('what has to be there before', () => {
  it('is room for as many copies at once as the template has', () => {
    const [, most] = /^ {2}copy:[\s\S]*?maximumConcurrency: (\d+)/m.exec(textOf('serverless.yml')) ?? [];
    expect(Number(most)).toBeGreaterThan(10);
    expect(document).toContain(`copy alone takes ${most}\n`);
  });
});

describe('what a CDN keeps', () => {
  it('is said in docs/deploy.md for every lifetime that serve gives an answer', () => {
    const [section = ''] = /^### A CDN in front\n[\s\S]*?(?=^## )/m.exec(document) ?? [];
    const sources = readdirSync(rootOf('functions/serve'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => textOf(`functions/serve/${file}`));
    const lifetimes = new Set(
      sources.flatMap((source) => source.match(/(?<=')(?:public, max-age=[^']*|no-store)(?=')/g) ?? []),
    );
    expect(lifetimes.size).toBeGreaterThanOrEqual(9);
    const isSaid = (lifetime: string) =>
      section.includes(`\`${lifetime}\``) || section.includes(`\`${lifetime.replace('public, ', '')}\``);
    expect([...lifetimes].filter((lifetime) => !isSaid(lifetime))).toEqual([]);
  });
});
