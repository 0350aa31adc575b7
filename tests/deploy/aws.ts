/**
 * What an emulator says of what it has, asked by AWS's protocols without an SDK for each service. Emulators look at no signature,
 * but read from it which service is meant.
 */

export interface Aws {
  /** Services that speak JSON to one address. @param target as in `AmazonSQS.ListQueues` */
  json<T>(service: string, target: string, body: object): Promise<T>;
  /** Those that are asked by a form and answer XML. @returns what stands in elements of that name, in their order */
  texts(
    service: string,
    parameters: Readonly<Record<string, string>>,
    element: string,
    method?: 'GET' | 'POST',
  ): Promise<readonly string[]>;
  /** Those that have paths. Undefined: what was asked for is not there. */
  rest<T>(service: string, method: string, path: string, body?: object): Promise<T | undefined>;
}

const ANSWER_MS = 120_000; // an invocation answers when its function has

export function openAws(endpoint: string): Aws {
  const ask = async (service: string, path: string, init: RequestInit): Promise<Response> => {
    const credential = `Credential=000000000000/20260101/us-east-1/${service}/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0`;
    const headers = { authorization, ...(init.headers as Record<string, string> | undefined) };
    const answer = await fetch(endpoint + path, { ...init, headers, signal: AbortSignal.timeout(ANSWER_MS) });
    if (answer.ok || answer.status === 404) return answer;
    throw new Error(`${service} answered ${answer.status}: ${await answer.text()}`);
  };
  return {
    async json(service, target, body) {
      const type = service === 'sqs' ? 'application/x-amz-json-1.0' : 'application/x-amz-json-1.1';
      const headers = { 'content-type': type, 'x-amz-target': target };
      return JSON.parse(
        await (await ask(service, '/', { method: 'POST', headers, body: JSON.stringify(body) })).text(),
      );
    },
    async texts(service, parameters, element, method = 'POST') {
      const form = new URLSearchParams(parameters);
      const answer = await (method === 'GET'
        ? ask(service, `/?${form}`, { method })
        : ask(service, '/', { method, body: form }));
      const found = (await answer.text()).matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, 'g'));
      return [...found].map(([, text = '']) => text);
    },
    async rest(service, method, path, body) {
      const sent = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await ask(service, path, { method, headers: { 'content-type': 'application/json' }, ...sent });
      return answer.status === 404 ? undefined : JSON.parse(await answer.text());
    },
  };
}
