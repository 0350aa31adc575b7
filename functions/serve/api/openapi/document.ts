/** `/api/openapi.json`: the API for programs (OpenAPI 3.1), made of the very definitions that answer. It is the same on every mirror. */
import { type JsonSchema, toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { VERSION } from '../../../../shared/upstream/user-agent.ts';
import { DEFINITIONS } from '../definitions.ts';
import type { Parameter } from '../parameters.ts';
import { OPERATIONS, type Operation, REFUSALS, type Refusing } from './operations.ts';

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
    schemas: { Problem: schemaOf(PROBLEM) },
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
}: Operation) => ({
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
    200: {
      description: summary,
      content: { [type]: { schema: schema ? schemaOf(schema) : { type: 'string' } } },
    },
    ...Object.fromEntries(statuses.map((status) => [status, refusal(status)])),
    ...(path === '/healthz' && {
      503: { description: 'They can’t.', content: { [type]: { schema: schemaOf(schema) } } },
    }),
  },
});

const refusal = (status: Refusing) => ({
  description: REFUSALS[status],
  ...(status !== 304 && {
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
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

/** What is checked besides, such as whether a day is in the calendar, JSON Schema can't say. */
function schemaOf(schema: v.GenericSchema | undefined): Omit<JsonSchema, '$schema'> {
  const { $schema, ...described } = toJsonSchema(schema ?? v.string(), {
    target: 'draft-2020-12',
    typeMode: 'input',
    errorMode: 'ignore',
  });
  return described;
}
