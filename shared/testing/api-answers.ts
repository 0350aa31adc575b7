/** Whether answers of the API are what its own document says of them: by a validator of JSON Schema that is not ours. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { apiDocument } from '../../functions/serve/api/openapi/document.ts';
import { placeIn } from '../../functions/serve/api/place.ts';

interface Response {
  readonly $ref?: string;
  readonly content?: Readonly<Record<string, object>>;
}
interface Described {
  readonly responses: Readonly<Record<string, Response>>;
}

export interface GivenAnswer {
  readonly status: number;
  /** Content-Type. */
  readonly type: string | undefined;
  readonly body: string;
}

/** What OpenAPI says of itself is not described here. */
const MAY_SAY_MORE = ['/api/openapi.json'];

/** @returns what is wrong with an answer to a path; nothing is. */
export function apiAnswers(): (path: string, answer: GivenAnswer) => readonly string[] {
  const document = JSON.parse(JSON.stringify(apiDocument())) as ReturnType<typeof apiDocument>;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  addFormats.default(ajv);
  ajv.addSchema(document, 'open').addSchema(closed(document) as object, 'closed');
  const paths = Object.entries(document.paths).map(([path, { get }]) => ({ path, get: get as Described }));
  const compiled = new Map<string, ValidateFunction>();

  function validatorOf(pointer: string): ValidateFunction {
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: pointer });
    compiled.set(pointer, validate);
    return validate;
  }

  return (asked, { status, type = '', body }) => {
    const [wanted = ''] = asked.split('?');
    const found = paths.find(({ path }) => path === wanted) ?? placeIn(paths, wanted)?.endpoint;
    if (!found) return [`${wanted} is not described`];
    const said = found.get.responses[String(status)];
    if (!said) return [`${wanted} says nothing of a ${status}`];
    const [place, { content }] = said.$ref
      ? [said.$ref, document.components.responses[said.$ref.split('/').at(-1) ?? ''] as Response]
      : [`#/paths/${escaped(found.path)}/get/responses/${status}`, said];
    if (content === undefined) return body === '' ? [] : [`${wanted} says that a ${status} has no body`];
    if (!(type in content)) return [`${wanted} says nothing of ${type}`];
    if (!type.includes('json')) return [];
    const which = MAY_SAY_MORE.includes(found.path) ? 'open' : 'closed';
    const validate = validatorOf(`${which}${place}/content/${escaped(type)}/schema`);
    return validate(JSON.parse(body)) ? [] : (validate.errors ?? []).map((one) => `${one.instancePath} ${one.message}`);
  };
}

/** Of a JSON pointer in a fragment. */
const escaped = (part: string): string => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));

/** The same document, whose schemas forbid every field that they do not name. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]));
  return 'properties' in inner && !('additionalProperties' in inner)
    ? { ...inner, additionalProperties: false }
    : inner;
}
