import fc from 'fast-check';
import { InvalidConfig } from '../errors.ts';
import { listenHttp } from '../testing/http-server.ts';
import { deployedEnvironment } from './deployed.ts';
import { type FetchParameters, MOST_PARAMETERS, withParameters } from './parameters.ts';
import { openParameters } from './ssm.ts';

const live = AbortSignal.timeout(60_000);
const none: FetchParameters = async () => new Map();

/** Remembers what it was asked for. */
function store(held: Readonly<Record<string, string>>) {
  const asked: (readonly string[])[] = [];
  const fetch: FetchParameters = async (names) => {
    asked.push(names);
    return new Map(Object.entries(held).filter(([name]) => names.includes(name)));
  };
  return { asked, fetch };
}

const problemsOf = async (environment: Readonly<Record<string, string>>, fetch: FetchParameters) => {
  const error: unknown = await withParameters(environment, fetch, live).catch((thrown: unknown) => thrown);
  if (!(error instanceof InvalidConfig)) throw new Error('it was not refused', { cause: error });
  return error.facts.problems as readonly string[];
};

describe('withParameters', () => {
  it('puts the values of parameters in the place of their names, all by one request', async () => {
    const { asked, fetch } = store({ '/c/p/url': 'http://reader:pw@clickhouse:8123', '/c/p/key': 'secret' });
    const environment = {
      CLICKHOUSE_URL: 'ssm:/c/p/url',
      CLICKHOUSE_INGEST_URL: ' ssm:/c/p/url ',
      BUCKET_SECRET_ACCESS_KEY: 'ssm:/c/p/key',
      BUCKET: 's3://copycat',
    };
    await expect(withParameters(environment, fetch, live)).resolves.toEqual({
      CLICKHOUSE_URL: 'http://reader:pw@clickhouse:8123',
      CLICKHOUSE_INGEST_URL: 'http://reader:pw@clickhouse:8123',
      BUCKET_SECRET_ACCESS_KEY: 'secret',
      BUCKET: 's3://copycat',
    });
    expect(asked).toEqual([['/c/p/url', '/c/p/key']]);
  });

  it('asks nobody where nothing names a parameter', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(
          fc.string(),
          fc.string().filter((value) => !value.trim().startsWith('ssm:')),
        ),
        async (environment) => {
          const { asked, fetch } = store({});
          await expect(withParameters(environment, fetch, live)).resolves.toEqual(environment);
          expect(asked).toEqual([]);
        },
      ),
    );
  });

  it('names every parameter that is not there or is empty, by its variable', async () => {
    const { fetch } = store({ '/c/empty': ' ', '/c/there': 'secret' });
    const environment = { A: 'ssm:/c/empty', B: 'ssm:/c/none', C: 'ssm:/c/there' };
    expect(await problemsOf(environment, fetch)).toEqual([
      'A: there is no parameter /c/empty',
      'B: there is no parameter /c/none',
    ]);
  });

  it('names all of them when they can’t be read, with the answer', async () => {
    const refuses: FetchParameters = () => Promise.reject(new Error('AccessDenied'));
    expect(await problemsOf({ A: 'ssm:/c/a', B: 'ssm:/c/b' }, refuses)).toEqual([
      "A: parameter /c/a can't be read: AccessDenied",
      "B: parameter /c/b can't be read: AccessDenied",
    ]);
  });

  it('takes no other form for a name, and does not repeat what it is: somebody may have written a secret there', async () => {
    for (const value of [
      'ssm:',
      'ssm:hunter2',
      'ssm:/hunter2/',
      'ssm:/hunter2?',
      'ssm:arn:aws:ssm:x:parameter/hunter2',
    ]) {
      const problems = await problemsOf({ SECRET: value }, none);
      expect(problems).toEqual(['SECRET must name a parameter as ssm:/copycat/prod/…']);
    }
  });

  it('looks up no more than one request can name', async () => {
    const many = Object.fromEntries(Array.from({ length: MOST_PARAMETERS + 1 }, (_, n) => [`V${n}`, `ssm:/c/${n}`]));
    expect(await problemsOf(many, none)).toEqual([expect.stringContaining(`no more than ${MOST_PARAMETERS}`)]);
  });
});

describe('the Parameter Store', () => {
  it('is asked once, for decrypted values', async () => {
    const bodies: unknown[] = [];
    const server = await listenHttp((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        bodies.push(JSON.parse(Buffer.concat(chunks).toString()));
        const Parameters = [{ Name: '/c/there', Value: 'secret', Type: 'SecureString' }];
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify({ Parameters, InvalidParameters: ['/c/none'] }));
      });
    });
    try {
      const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
      const fetch = openParameters({ endpoint: server.url, region: 'us-east-1', credentials });
      await expect(fetch(['/c/there', '/c/none'], live)).resolves.toEqual(new Map([['/c/there', 'secret']]));
      expect(bodies).toEqual([{ Names: ['/c/there', '/c/none'], WithDecryption: true }]);
    } finally {
      await server.close();
    }
  });

  it('is left alone by a process that names no parameter', async () => {
    await expect(deployedEnvironment()).resolves.toMatchObject({ PATH: expect.any(String) });
  });
});
