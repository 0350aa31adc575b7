/** The examples of reverse proxies, run: what reaches the mirror, and what a client is told while the mirror is away. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { request as requestTls } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type HttpServer, listenHttp } from '../../shared/testing/http-server.ts';
import { describeWithProgram } from '../support/describe-with.ts';
import { until } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { PATH, programs, run } from './programs.ts';

const PROXIES = resolve(import.meta.dirname, '../../packaging/proxy');
const HOST = 'mirror.example.org';
const HASH = '7c4rv9x2m3k8d1qfzj0n5wlhbyia6p8s';
const UP_MS = 20_000;

let folder: string;
let mirror: HttpServer;
let seen: IncomingHttpHeaders | undefined;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'copycat-proxy-'));
  mirror = await listenHttp((asked, response) => {
    seen = asked.headers;
    if (asked.url?.startsWith('/broken')) response.writeHead(503).end();
    else response.end(`answer to ${asked.url}`);
  });
});
afterAll(async () => {
  await mirror.close();
  await rm(folder, { recursive: true, force: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

function ask(send: typeof request, port: number, path: string): Promise<Answer> {
  return new Promise((resolved, rejected) => {
    const options = {
      host: '127.0.0.1',
      port,
      path,
      headers: { host: HOST },
      servername: HOST,
      rejectUnauthorized: false,
    };
    send({ ...options, timeout: 5_000 }, (answer) => {
      let body = '';
      answer.setEncoding('utf8').on('data', (text) => {
        body += text;
      });
      answer.on('end', () => resolved({ status: answer.statusCode, body }));
    })
      .on('error', rejected)
      .end();
  });
}

interface Proxy {
  readonly port: number;
  readonly process: ChildProcess;
}

async function up(port: number, send: typeof request, program: string, args: readonly string[]): Promise<Proxy> {
  const process = spawn(program, args, { cwd: folder, stdio: 'ignore', env: { PATH, HOME: folder } });
  const answers = async (): Promise<boolean> =>
    ask(send, port, '/').then(
      () => true,
      () => false,
    );
  await until('the proxy to answer', answers, UP_MS);
  return { port, process };
}

async function down({ process }: Proxy): Promise<void> {
  const ended = new Promise((resolved) => process.once('exit', resolved));
  process.kill('SIGTERM');
  await ended;
}

/** @param start with the mirror at this port */
function itIsAProxy(send: typeof request, start: (mirrorPort: number) => Promise<Proxy>): void {
  it('passes on what is asked, and says where and how it was asked', async () => {
    const proxy = await start(Number(new URL(mirror.url).port));
    try {
      expect(await ask(send, proxy.port, '/nix-cache-info')).toEqual({
        status: 200,
        body: 'answer to /nix-cache-info',
      });
      expect(seen).toMatchObject({
        'x-forwarded-host': HOST,
        'x-forwarded-proto': send === request ? 'http' : 'https',
      });
    } finally {
      await down(proxy);
    }
  });

  it('answers 404 to a narinfo while the mirror is away, and says of all else that it is', async () => {
    const proxy = await start(await freePort());
    try {
      expect(await ask(send, proxy.port, `/${HASH}.narinfo`)).toMatchObject({ status: 404 });
      expect((await ask(send, proxy.port, '/nix-cache-info')).status).toBeGreaterThanOrEqual(502);
    } finally {
      await down(proxy);
    }
  });
}

describeWithProgram(
  'nginx before the mirror',
  programs.NGINX,
  () => {
    itIsAProxy(requestTls as typeof request, async (mirrorPort) => {
      const [port, plain] = [await freePort(), await freePort()];
      const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
      const made = run('openssl', [
        'req',
        '-x509',
        '-newkey',
        'rsa:2048',
        '-nodes',
        '-keyout',
        key,
        '-out',
        certificate,
        '-days',
        '2',
        '-subj',
        `/CN=${HOST}`,
      ]);
      expect(made.status).toBe(0);
      const site = (await readFile(join(PROXIES, 'nginx.conf'), 'utf8'))
        .replace('127.0.0.1:8080', `127.0.0.1:${mirrorPort}`)
        .replace('listen 443 ssl http2', `listen 127.0.0.1:${port} ssl http2`)
        .replace('listen 80;', `listen 127.0.0.1:${plain};`)
        .replaceAll(/^ *listen \[::].*$/gm, '')
        .replace(/\/etc\/letsencrypt\S*fullchain\.pem/, certificate)
        .replace(/\/etc\/letsencrypt\S*privkey\.pem/, key);
      const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
        (name) => `${name}_temp_path ${folder}/${name};`,
      );
      const file = join(folder, `nginx-${port}.conf`);
      await writeFile(
        file,
        `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;\nevents {}\nhttp { ${paths.join(' ')}\n${site} }`,
      );
      return up(port, requestTls as typeof request, programs.NGINX, ['-c', file]);
    });
  },
  '-v',
);

describeWithProgram(
  'Caddy before the mirror',
  programs.CADDY,
  () => {
    it('is what Caddy takes as it stands', () =>
      expect(
        run(programs.CADDY, ['validate', '--adapter', 'caddyfile', '--config', join(PROXIES, 'Caddyfile')], {
          HOME: folder,
        }).status,
      ).toBe(0));

    itIsAProxy(request, async (mirrorPort) => {
      const port = await freePort();
      const site = (await readFile(join(PROXIES, 'Caddyfile'), 'utf8'))
        .replace('{\n', '{\n\tadmin off\n') // of two at once only one could have it
        .replace('127.0.0.1:8080', `127.0.0.1:${mirrorPort}`)
        .replace(`${HOST} {`, `http://${HOST}:${port} {\n\tbind 127.0.0.1`);
      const file = join(folder, `Caddyfile-${port}`);
      await writeFile(file, site);
      return up(port, request, programs.CADDY, ['run', '--adapter', 'caddyfile', '--config', file]);
    });
  },
  'version',
);
