/** What a role of the packaged template grants, in the words of `played.ts`. */
import type { Template } from '../template.ts';

export interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** An action on one resource: `s3:PutObject` on `state staged/*`, `sqs:SendMessage` on `CopyQueue`. */
export interface Grant {
  readonly action: string;
  readonly on: string;
}

/** All statements, those under a condition as well. */
export function statementsOf({ Resources }: Template, role: string): readonly Statement[] {
  const policies = (Resources[role]?.Properties.Policies ?? []) as readonly Record<string, unknown>[];
  return policies
    .map((policy) => (policy['Fn::If'] as readonly Record<string, unknown>[] | undefined)?.[1] ?? policy)
    .flatMap(({ PolicyDocument }) => (PolicyDocument as { readonly Statement: readonly Statement[] }).Statement)
    .filter((statement) => !('Ref' in statement));
}

export const grantsOf = (
  template: Template,
  role: string,
  buckets: Readonly<Record<string, string>>,
): readonly Grant[] =>
  statementsOf(template, role).flatMap(({ Action, Resource }) =>
    [Action].flat().flatMap((action) => [Resource].flat().map((one) => ({ action, on: nameOf(one, buckets) }))),
  );

function nameOf(resource: unknown, buckets: Readonly<Record<string, string>>): string {
  const { 'Fn::Sub': text, 'Fn::GetAtt': [id] = [] } = resource as { 'Fn::Sub'?: string; 'Fn::GetAtt'?: string[] };
  if (id !== undefined) return id;
  const [, arn = ''] = /^arn:\$\{AWS::Partition\}:s3:::(.*)$/.exec(text ?? '') ?? [];
  const [bucket = '', ...key] = arn.split('/');
  const name = buckets[bucket];
  if (name === undefined) return text ?? JSON.stringify(resource);
  return [name, ...(key.length > 0 ? [key.join('/')] : [])].join(' ');
}

/** As IAM does: a star is any text. */
export const covers = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .split('*')
      .map(RegExp.escape ?? ((part: string) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&')))
      .join('.*')}$`,
  ).test(text);
