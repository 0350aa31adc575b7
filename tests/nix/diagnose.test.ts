/** diagnose-cache as users run it, piped into a shell or built by Nix: on the real mirror, and on what may be wrong with one. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseNarInfo } from '../../shared/nix/narinfo.ts';
import { parsePublicKey } from '../../shared/nix/signature.ts';
import { type HttpServer, listenHttp } from '../../shared/testing/http-server.ts';
import { describeWithNix } from '../support/describe-with.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { openFront, type Spoiled } from '../support/front.ts';
import { freshNix, type NixClient, type NixOptions } from '../support/nix.ts';
import { hashOf } from '../support/reference-upstream.ts';
import { diagnosed, type Report, searchPath } from '../support/report.ts';
import { openWorld, type World } from '../support/world.ts';

const A_STRANGER = 'cache.nixos.org-1:6NCHdD59X431o0gWypbMrAURkbJ16ZPMQFGspcDShjY=';
const HOUR_MS = 3_600_000;

type Change = NonNullable<Spoiled['change']>;

describeWithNix(
  'diagnose-cache',
  (shared) => {
    let world: World;
    let mirror: string;
    /** What the script is told by a mirror that is well. */
    let told: Parameters<typeof openFront>[1];
    /** The key of the sample's NAR, and that of another path, compressed in the same way. */
    let nar: string;
    let otherNar: Buffer;
    const fronts: HttpServer[] = [];
    let clients = 0;

    beforeAll(async () => {
      world = await openWorld(shared);
      const { reference, upstream } = world;
      const [first] = reference.releases
        .filter(({ step }) => step === 0)
        .sort((a, b) => a.listed.length - b.listed.length);
      mirror = (await world.lasting({ CHANNELS: first?.channel ?? '', POLL_INTERVAL: '1h' })).url;
      const [sample, other] = (first?.listed ?? [])
        .map((path) => parseNarInfo(readFileSync(join(reference.directory, 'cache', `${hashOf(path)}.narinfo`))))
        .filter(({ compression, fileSize = 0 }) => compression === 'xz' && fileSize > 65_536 && fileSize < 1_000_000);
      if (!sample || !other) throw new Error('the reference upstream lists too little');
      told = {
        upstream: `${upstream.url}/cache`,
        keys: [parsePublicKey(reference.publicKey)],
        sample: sample.storePath,
      };
      nar = sample.url;
      await fromMirror(`${sample.storePath.hash}.narinfo`);
      otherNar = await fromMirror(other.url);
    });
    afterAll(async () => {
      await Promise.all(fronts.map((front) => front.close()));
      await world.close();
    });

    /** Waits until it is there. */
    const fromMirror = (key: string): Promise<Buffer> =>
      eventually(
        key,
        async () => {
          const answer = await fetch(`${mirror}/${key}`, { signal: AbortSignal.timeout(20_000) });
          return answer.ok ? Buffer.from(await answer.arrayBuffer()) : undefined;
        },
        60_000,
      );

    async function front(spoiled: Spoiled = {}): Promise<HttpServer> {
      const opened = await openFront(mirror, told, spoiled);
      fronts.push(opened);
      return opened;
    }

    /** A user with nothing set but the mirror and its key. */
    function user(url: string, options: Partial<NixOptions> = {}): Promise<NixClient> {
      clients += 1;
      const { lines = [], ...rest } = options;
      const usual = { substituters: [url], trustedPublicKeys: [world.reference.publicKey] };
      const own = { ...usual, ...rest, lines: ['experimental-features =', ...lines] };
      return freshNix(join(world.folder, `user-${clients}`), own);
    }

    async function piped(
      url: string,
      { environment }: NixClient,
      shell = 'sh',
      ...args: readonly string[]
    ): Promise<Report> {
      return diagnosed(`curl -sL ${url}/diagnose-cache | ${shell} -s -- ${args.join(' ')}`, environment);
    }

    /** What a user hears of a front that is spoiled. */
    async function heard(spoiled: Spoiled): Promise<Report> {
      const { url } = await front(spoiled);
      return piped(url, await user(url));
    }

    const wrongs = ({ verdicts }: Report): readonly string[] =>
      Object.entries(verdicts).flatMap(([subject, said]) => (said.startsWith('WRONG') ? [subject] : []));

    const ALL_GOOD = {
      DNS: 'ok 127.0.0.1 is an address: there is no name to look up',
      TLS: expect.stringMatching(/^note the mirror is plain http/) as string,
      'cache-info': 'ok a binary cache for /nix/store, priority 41',
      narinfo: expect.stringMatching(/^ok of /) as string,
      signature: 'ok a trusted key signed it',
      NAR: 'ok unpacked, it has the hash that the narinfo says',
      download: expect.stringMatching(/^ok \d+ bytes of NAR at [\d.]+ [kM]B\/s$/) as string,
      resume: 'ok two parts of the NAR make the whole',
      redirects: 'ok none',
      upstream: 'ok its narinfo is the same, byte for byte',
      speed: expect.stringMatching(/^ok .+ from the mirror, .+ from upstream: [\d.]+ times as fast$/) as string,
      clock: "ok within 300 s of the mirror's",
      substituters: 'ok the mirror is among them',
      keys: "ok trusted-public-keys has what the mirror's paths are signed with",
      priority: expect.stringMatching(/^ok 41: Nix asks upstream \(40\) before the mirror/) as string,
    };

    it.each(['dash', 'busybox sh', 'bash --posix'].filter(isInstalled))(
      'finds nothing wrong with the mirror, in %s',
      async (shell) => {
        const { url } = await front();
        const report = await piped(url, await user(url), shell);
        expect(report).toMatchObject({ code: 0, errors: '', verdicts: ALL_GOOD });
        expect(report.text).toContain('All is well (1 notes, 0 skipped).');
      },
    );

    it('is handed out by the mirror itself, with a path that it has and its own address', async () => {
      const nix = await user(mirror);
      const report = await eventually(
        'a path to try',
        async () => {
          const heardNow = await piped(mirror, nix);
          return heardNow.verdicts.signature?.startsWith('ok') ? heardNow : undefined;
        },
        90_000, // a release that is not here is looked for once a minute
      );
      const { speed: _, download: __, ...exact } = ALL_GOOD;
      expect(report).toMatchObject({ code: 0, errors: '', verdicts: exact });
    });

    it('asks a mirror for public things, says nothing about its user, and leaves nothing behind', async () => {
      const { url, requests } = await front();
      const secrets = ['hunter2', 'ghp_secret', 'swordfish'];
      const nix = await user(url, {
        substituters: [url, 'http://me:swordfish@127.0.0.1:1/cache'],
        lines: ['access-tokens = github.com=ghp_secret', 'netrc-file = /etc/hunter2'],
      });
      const all = (): Promise<readonly string[]> => readdir(join(world.folder, `user-${clients}`), { recursive: true });
      const before = await all();
      const TMPDIR = nix.environment.HOME ?? '';
      const report = await piped(url, { ...nix, environment: { ...nix.environment, TMPDIR } });
      expect(report.code).toBe(0);
      for (const secret of secrets) expect(report.text + report.errors).not.toContain(secret);
      const hash = told.sample?.hash ?? '';
      expect(new Set(requests.map(({ method, path }) => `${method} ${path}`))).toEqual(
        new Set([
          'GET /diagnose-cache',
          'GET /nix-cache-info',
          `HEAD /${hash}.narinfo`, // that is Nix
          `GET /${hash}.narinfo`,
          `GET /${nar}`,
        ]),
      );
      for (const { headers } of requests)
        expect(['accept', 'accept-encoding', 'host', 'range', 'user-agent']).toEqual(
          expect.arrayContaining(Object.keys(headers)),
        );
      expect(JSON.stringify(requests.map(({ headers }) => headers))).not.toMatch(/hunter2|ghp_secret|swordfish/);
      expect(await all()).toEqual(before);
    });

    it.each<[string, Spoiled, Readonly<Record<string, unknown>>]>([
      [
        'lacks Range',
        { ranges: false },
        { resume: 'WRONG asked for a part, it sends the whole: a download that breaks off starts anew' },
      ],
      [
        'has a NAR with a wrong bit',
        { change: at(ofNar, (body) => withOther(body, body.length >> 1)) },
        { NAR: expect.stringMatching(/^WRONG Nix cannot unpack it: \S+/) },
      ],
      [
        'has another NAR in its place',
        { change: at(ofNar, () => otherNar) },
        {
          NAR: 'WRONG unpacked, it is not what the narinfo says: its hash is another',
          download: expect.stringMatching(/^WRONG \d+ bytes of NAR came, and the narinfo says \d+$/),
        },
      ],
      [
        'has a narinfo whose signature is wrong',
        {
          change: at(ofNarInfo, (body) =>
            replaced(body, /^(Sig: [^:]+:)(.)/m, (_, sig, first) => sig + another(first)),
          ),
        },
        {
          signature: 'WRONG no trusted key signed it: Nix refuses this path',
          upstream: 'WRONG its narinfo promises something else',
        },
      ],
      [
        'answers for another path',
        { change: at(ofNarInfo, (body) => replaced(body, /-(.+)$/m, () => '-another-1.0')) },
        { narinfo: expect.stringMatching(/^WRONG asked for .+ it answers for another path: \S+-another-1\.0$/) },
      ],
      [
        'has lost its narinfo',
        { change: gone(ofNarInfo) },
        { narinfo: expect.stringMatching(/^WRONG of .+ it answers with status 404$/) },
      ],
      [
        'has lost its NAR',
        { change: gone(ofNar) },
        {
          download: 'WRONG of the NAR: it answers with status 404',
          NAR: expect.stringMatching(/^WRONG Nix cannot unpack it: \S+/),
        },
      ],
      [
        'is a page that wants one to log in',
        {
          change: at(
            () => '/nix-cache-info',
            () => Buffer.from('<html>Welcome</html>'),
          ),
        },
        { 'cache-info': expect.stringMatching(/^WRONG the answer is no nix-cache-info/) },
      ],
      [
        'is behind the time by an hour',
        { change: (_path, { headers, ...rest }) => ({ ...rest, headers: { ...headers, date: anHourAgo() } }) },
        {
          clock: expect.stringMatching(
            /^WRONG the mirror's is 3[56]\d\d s behind this machine's; upstream's agrees with this machine: it is the mirror's/,
          ),
        },
      ],
    ])('says what is wrong with a mirror that %s, and no more', async (_case, spoiled, verdicts) => {
      const report = await heard(spoiled);
      expect(report).toMatchObject({ code: 1, errors: '', verdicts });
      expect(wrongs(report).toSorted()).toEqual(Object.keys(verdicts).toSorted());
      expect(report.text).toContain(`${wrongs(report).length} wrong (`);
    });

    it('says of a mirror that is down that it is down, and of nothing else that it is wrong', async () => {
      const { url, close } = await front();
      const script = await (await fetch(`${url}/diagnose-cache`)).text();
      await close();
      const { environment } = await user(url);
      const report = await diagnosed(`sh -s <<'SCRIPT'\n${script}SCRIPT\n`, environment);
      expect(report.code).toBe(1);
      expect(wrongs(report)).toEqual(['cache-info']);
      expect(report.verdicts).toMatchObject({
        'cache-info': 'WRONG the connection is refused, or there is no way to it',
        signature: '- skipped: the mirror does not answer',
        NAR: '- skipped: the mirror does not answer',
      });
    });

    it('ends in time when a mirror takes connections and says nothing', async () => {
      const silent = await listenHttp(() => undefined);
      fronts.push(silent);
      const { url } = await front();
      const report = await piped(url, await user(silent.url), 'sh', silent.url);
      expect(report.code).toBe(1);
      expect(report.verdicts['cache-info']).toBe('WRONG it does not answer in time');
    });

    it('finds nothing wrong with a mirror whose upstream can’t be reached from here', async () => {
      const report = await heard({ told: { upstream: `http://127.0.0.1:${await freePort()}` } });
      expect(report.code).toBe(0);
      expect(report.verdicts.upstream).toMatch(/^note upstream not reachable from here: the connection is refused/);
      expect(report.verdicts.priority).toBe("- skipped: upstream's is not known");
    });

    it('says where NARs come from when they are redirected', async () => {
      const location = `${mirror}/${nar}?X-Amz-Signature=swordfish`;
      const change: Change = (path, whole) =>
        path === `/${nar}` ? { ...whole, status: 302, headers: { location }, body: Buffer.alloc(0) } : whole;
      const report = await heard({ change });
      expect(report).toMatchObject({ code: 0, verdicts: { redirects: `ok NARs come from ${new URL(mirror).host}` } });
      expect(report.text).not.toContain('swordfish');
    });

    it('tries the mirror alone when no path is known', async () => {
      const report = await heard({ told: { sample: undefined } });
      expect(report.code).toBe(0);
      expect(report.verdicts).toMatchObject({
        'cache-info': ALL_GOOD['cache-info'],
        signature: '- skipped: no path known to try',
        NAR: '- skipped: no path known to try',
      });
    });

    it('tries another mirror when it is told one, which need not have the path', async () => {
      const other = await front({ change: gone(ofNarInfo) });
      const { url } = await front();
      const report = await piped(url, await user(other.url), 'sh', other.url);
      expect(report.code).toBe(0);
      expect(report.text).toContain(`diagnose-cache of ${other.url}\n`);
      expect(report.verdicts.narinfo).toMatch(/^- skipped: this mirror has not got /);
    });

    it('does what can be done without curl, and without Nix', async () => {
      const { url } = await front();
      const nix = await user(url);
      const script = `${url}/diagnose-cache`;
      const without = async (program: string, mirrorToTry = ''): Promise<Report> => {
        const PATH = await pathWithout(program, join(world.folder, `without-${program}`));
        return diagnosed(`${curl} -sL ${script} | sh -s -- ${mirrorToTry}`, { ...nix.environment, PATH });
      };
      const noCurl = await without('curl');
      expect(noCurl).toMatchObject({ code: 0, errors: '' });
      expect(noCurl.verdicts).toMatchObject({
        'cache-info': 'ok Nix takes it for a binary cache',
        signature: ALL_GOOD.signature,
        NAR: ALL_GOOD.NAR,
        TLS: '- skipped: no curl',
        resume: '- skipped: no curl',
        upstream: '- skipped: no curl',
        substituters: ALL_GOOD.substituters,
      });
      const down = await without('curl', `http://127.0.0.1:${await freePort()}`);
      expect(down.verdicts['cache-info']).toMatch(
        /^WRONG Nix does not take it for a binary cache: unable to download /,
      );
      expect(wrongs(down)).toEqual(['cache-info']);
      const noNix = await without('nix');
      expect(noNix).toMatchObject({ code: 0, errors: '' });
      expect(noNix.verdicts).toMatchObject({
        signature: '- skipped: no nix',
        NAR: '- skipped: no nix',
        'nix.conf': '- skipped: no nix',
        resume: ALL_GOOD.resume,
        upstream: ALL_GOOD.upstream,
      });
    });

    it('says what a nix.conf lacks', async () => {
      const { url } = await front();
      const stranger = await piped(url, await user(url, { trustedPublicKeys: [A_STRANGER] }));
      expect(stranger).toMatchObject({ code: 1, verdicts: { signature: ALL_GOOD.signature } });
      expect(wrongs(stranger)).toEqual(['keys']);
      expect(stranger.verdicts.keys).toBe(`WRONG trusted-public-keys lacks ${world.reference.publicKey}`);
      const elsewhere = await piped(url, await user(url, { substituters: ['https://cache.nixos.org'] }));
      expect(elsewhere.code).toBe(0);
      expect(elsewhere.verdicts.substituters).toMatch(/^note the mirror is not among them/);
      const sooner = await piped(
        url,
        await user(url, { substituters: [`${url}/?priority=30`], lines: ['require-sigs = false'] }),
      );
      expect(sooner.code).toBe(0);
      expect(sooner.verdicts.priority).toBe('ok 30: Nix asks the mirror before upstream (40)');
      expect(sooner.text).toContain('require-sigs is false');
      const broken = await piped(url, await user(url, { lines: ['this is swordfish'] }));
      expect(broken.verdicts['nix.conf']).toBe('WRONG Nix does not start with it: nix-store --version says why');
      expect(broken.verdicts.signature).toBe('- skipped: Nix does not start');
      expect(broken.text + broken.errors).not.toContain('swordfish');
    });

    it.each([
      ['WRONG the mirror is among yours only, and you are no trusted user: the Nix daemon passes over it', () => []],
      ['ok the mirror is among them', () => ['trusted-users = root @friends']],
      ['ok the mirror is among them', (url: string) => [`trusted-substituters = ${url}`]],
    ])('knows whose nix.conf the daemon heeds: %s', async (said, linesFor) => {
      const { url } = await front();
      const nix = await user(url, { substituters: ['http://127.0.0.1:1'], lines: linesFor(url) });
      const home = nix.environment.HOME ?? '';
      const conf = join(home, '.config/nix');
      const programs = join(home, 'programs');
      await Promise.all([conf, programs].map((folder) => mkdir(folder, { recursive: true })));
      await writeFile(join(conf, 'nix.conf'), `extra-substituters = ${url}\n`);
      // nobody in particular, and a friend; the store is not theirs
      const id = '#!/bin/sh\ncase $1 in -u) echo 1000 ;; -un) echo somebody ;; -Gn) echo users friends ;; esac\n';
      await writeFile(join(programs, 'id'), id, { mode: 0o755 });
      const PATH = [programs, ...searchPath()].join(':');
      const environment = { ...nix.environment, PATH, NIX_STATE_DIR: join(home, 'none') };
      expect((await piped(url, { ...nix, environment })).verdicts.substituters).toBe(said);
    });

    (isInstalled('openssl') ? it : it.skip)('says that a certificate is not good', async () => {
      const [key, cert] = selfSigned(world.folder);
      const server = createServer({ key, cert }, (_request, response) => response.end('StoreDir: /nix/store\n'));
      await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
      const { port } = server.address() as AddressInfo;
      const { url } = await front();
      const report = await piped(url, await user(url), 'sh', `https://localhost:${port}`);
      server.close();
      expect(report.code).toBe(1);
      expect(wrongs(report)).toEqual(['TLS', 'cache-info']);
      expect(report.verdicts.TLS).toMatch(/^WRONG its certificate is not good for this machine \(curl: \(60\) /);
      expect(report.verdicts.DNS).toMatch(/IPv4 answers as 127\.0\.0\.1/);
    });

    describe.each(['false', 'true'])('built by Nix with sandbox = %s', (sandbox) => {
      /** A store of its own, whose paths can be run as they are called. The report is made without it: it is not /nix/store. */
      async function builder(url: string): Promise<NixClient['environment']> {
        const { environment } = await user(url, { substituters: [], lines: [`sandbox = ${sandbox}`] });
        const at = (name: string): string => join(world.folder, `user-${clients}`, 'nix', name);
        return { ...environment, NIX_STORE_DIR: at('store'), NIX_STATE_DIR: at('var'), NIX_LOG_DIR: at('log') };
      }
      const OUTSIDE = 'env -u NIX_STORE_DIR -u NIX_STATE_DIR -u NIX_LOG_DIR';

      it('runs by nix-build, with no feature and no nixpkgs', async () => {
        const { url } = await front();
        const command = `built=$(nix-build --no-out-link ${url}/diagnose-cache.tar.gz) && ${OUTSIDE} "$built/bin/diagnose-cache"`;
        const report = await diagnosed(command, await builder(url));
        expect(report).toMatchObject({ code: 0, verdicts: { signature: ALL_GOOD.signature, NAR: ALL_GOOD.NAR } });
      });

      it('runs by nix shell', async () => {
        const { url } = await front();
        const command = `nix --extra-experimental-features nix-command shell -f ${url}/diagnose-cache.tar.gz -c ${OUTSIDE} diagnose-cache`;
        const report = await diagnosed(command, await builder(url));
        expect(report).toMatchObject({ code: 0, verdicts: { signature: ALL_GOOD.signature, NAR: ALL_GOOD.NAR } });
      });
    });

    /** Changes the body of one path's answer. */
    function at(path: () => string, change: (body: Buffer) => Buffer): Change {
      return (asked, whole) => (asked === path() ? { ...whole, body: change(whole.body) } : whole);
    }

    function gone(path: () => string): Change {
      return (asked, whole) => (asked === path() ? { ...whole, status: 404, body: Buffer.from('404') } : whole);
    }

    function ofNar(): string {
      return `/${nar}`;
    }

    function ofNarInfo(): string {
      return `/${told.sample?.hash ?? ''}.narinfo`;
    }
  },
  'curl',
);

function replaced(body: Buffer, pattern: RegExp, by: (...groups: string[]) => string): Buffer {
  return Buffer.from(body.toString().replace(pattern, by));
}

function withOther(body: Buffer, index: number): Buffer {
  const changed = Buffer.from(body);
  changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
  return changed;
}

const another = (character: string): string => (character === 'A' ? 'B' : 'A');

const anHourAgo = (): string => new Date(Date.now() - HOUR_MS).toUTCString();

const curl = searchPath()
  .map((folder) => join(folder, 'curl'))
  .find(existsSync);

/** A folder with all programs but one. */
async function pathWithout(program: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const seen = new Set([program]);
  for (const from of searchPath()) {
    for (const name of await readdir(from).catch(() => [])) {
      if (seen.has(name)) continue;
      seen.add(name);
      await symlink(join(from, name), join(folder, name)).catch(() => undefined); // it is there from last time
    }
  }
  return folder;
}

function selfSigned(folder: string): readonly [key: string, cert: string] {
  const made = execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-subj',
      '/CN=localhost',
      '-days',
      '1',
      '-keyout',
      '-',
    ],
    { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  );
  return [made, made];
}

function isInstalled(command: string): boolean {
  const [program = ''] = command.split(' ');
  if (searchPath().some((folder) => existsSync(join(folder, program)))) return true;
  process.stderr.write(`SKIPPED, for there is no ${program}: what diagnose-cache does with it\n`);
  return false;
}
