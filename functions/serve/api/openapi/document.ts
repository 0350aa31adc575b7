/** `/api/openapi.json`: the API for programs (OpenAPI 3.1), made of the very definitions that answer. It is the same on every mirror. */
import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { VERSION } from '../../../../shared/upstream/user-agent.ts';
import { DEFINITIONS } from '../../analytics/definitions.ts';
import type { Parameter } from '../parameters.ts';
import { META, OPERATIONS, type Operation, REFUSALS, type Refusing } from './operations.ts';

const PROBLEM = v.object({
  type: v.string(),
  title: v.string(),
  status: v.pipe(v.number(), v.integer()),
  detail: v.string(),
  parameter: v.exactOptional(v.pipe(v.string(), v.description('of a 400: which parameter is to blame'))),
});

export const apiDocument = () => ({
  openapi: '3.1.0',
  info: {
    title: 'Copycat',
    version: VERSION,
    summary: 'What a mirror of the Nix binary cache counts, and how it is',
    description: Object.entries(DEFINITIONS)
      .map(([word, words]) => `**${word}**: ${words}`)
      .join('\n\n'),
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: '/', description: 'the mirror that this was fetched from' }],
  tags: [...new Set(OPERATIONS.map(({ group }) => group))].map((name) => ({ name })),
  paths: Object.fromEntries(OPERATIONS.map((operation) => [operation.path, { get: ofOperation(operation) }])),
  components: {
    schemas: { meta: schemaOf(META, {}), problem: schemaOf(PROBLEM) },
    responses: Object.fromEntries(STATUSES.map((status) => [nameOf(status), refusal(status)])),
    securitySchemes: { metricsToken: { type: 'http', scheme: 'bearer', description: 'METRICS_TOKEN' } },
  },
});

const ofOperation = ({
  path,
  group,
  summary,
  description,
  parameters,
  schema,
  type,
  statuses,
  secured = false,
}: Operation) => {
  const content = { [type]: { schema: schema ? schemaOf(schema) : { type: 'string' } } };
  return {
    operationId: path
      .replace(/[^A-Za-z]+/g, ' ')
      .trim()
      .replace(/ (\w)/g, (_, letter: string) => letter.toUpperCase()),
    tags: [group],
    summary,
    ...(description !== undefined && { description }),
    ...(secured && { security: [{ metricsToken: [] }] }),
    parameters: Object.entries(parameters).map(([name, parameter]) => ofParameter(name, parameter, path)),
    responses: {
      200: { description: summary, content },
      ...Object.fromEntries(statuses.map((status) => [status, { $ref: `#/components/responses/${nameOf(status)}` }])),
      ...(path === '/healthz' && {
        503: { description: 'They can’t.', content },
      }),
    },
  };
};

const STATUSES: readonly Refusing[] = [304, 400, 401, 404, 503];
const nameOf = (status: Refusing): string => `Status${status}`;

const refusal = (status: Refusing) => ({
  description: REFUSALS[status],
  ...(status !== 304 && {
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/problem' } } },
  }),
});

function ofParameter(name: string, { schema, what, fallback }: Parameter<unknown>, path: string) {
  const inPath = path.includes(`{${name}}`);
  return {
    name,
    in: inPath ? 'path' : 'query',
    ...(inPath && { required: true }),
    description: what,
    schema: { ...schemaOf(schema), ...(!inPath && fallback !== undefined && { default: fallback }) },
  };
}

/** Said once. */
const SHARED = { meta: META };

/** What is checked besides, such as whether a day is in the calendar, JSON Schema can't say. */
function schemaOf(schema: v.GenericSchema, definitions: Readonly<Record<string, v.GenericSchema>> = SHARED) {
  const { $schema, $defs, ...described } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    errorMode: 'ignore',
    definitions,
    overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
  });
  return described;
}
