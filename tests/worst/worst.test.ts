/**
 * A whole mirror before an upstream at its worst: everything good arrives in the end, nothing bad enters, and no process passes 300
 * MB. Bombs come in every compression, some beyond the NarSize that was signed, some just as long.
 */
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listenHttp } from '../../shared/testing/http-server.ts';
import { type StoreObject, storeObject, upstreamObjects } from '../../shared/testing/store-objects.ts';
import { until } from '../support/eventually.ts';
import { directoriesIn, readHoldings } from '../support/holdings.ts';
import { type HostileUpstream, listenHostile, type Misbehave } from '../support/hostile-upstream.ts';
import { peaksInWords, watchMemory } from '../support/memory.ts';
import { startMirror } from '../support/mirror.ts';
import { makeFolder, removeFolder } from '../support/temporary-folder.ts';
import { BOMB_NAR_BYTES, makeBombs } from './bombs.ts';
import * as trouble from './troubles.ts';

const MOST_MIB = 300;
const ARRIVE_MS = 300_000;
const RETRY_AFTER_SECONDS = 3;

let elsewhere: Awaited<ReturnType<typeof listenHttp>>;
let upstream: HostileUpstream;
let folder: string;
let dataDir: string;
const good = new Map<string, StoreObject>();
const bad = new Map<string, StoreObject>();
let memory: ReturnType<typeof watchMemory>;
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  elsewhere = await listenHttp((_request, response) => void response.end('secrets of another host'));
  closing.push(() => elsewhere.close());
  const [objects, troubles] = [new Map<string, Uint8Array>(), new Map<string, Misbehave>()];
  const withTrouble: [string, 'narinfo' | 'nar', Misbehave][] = [
    ['is-cut-again-and-again', 'nar', trouble.cutAgainAndAgain(300_000)],
    ['says-503', 'narinfo', trouble.saysFirst(2, 503)],
    ['says-503-for-its-nar', 'nar', trouble.saysFirst(1, 503)],
    ['says-500', 'nar', trouble.saysFirst(2, 500)],
    ['says-429', 'narinfo', trouble.saysFirst(2, 429, { 'retry-after': String(RETRY_AFTER_SECONDS) })],
    ['resets-before-it', 'narinfo', trouble.resetsBeforeIt],
    ['resets-in-the-middle', 'nar', trouble.resetsInTheMiddle],
    ['stalls', 'nar', trouble.stallsInTheMiddle],
    ['never-answers', 'narinfo', trouble.neverAnswers],
    ['ends-without-a-length', 'nar', trouble.endsWithoutALength],
    ['sends-half', 'nar', trouble.sendsHalf],
    ['promises-more', 'nar', trouble.promisesMore],
    ['promises-less', 'nar', trouble.promisesLess],
    ['drips', 'nar', trouble.drips],
    ['says-html', 'narinfo', trouble.saysHtml],
    ['says-html-for-its-nar', 'nar', trouble.saysHtml],
    ['redirects-in-a-circle', 'narinfo', trouble.redirectsInACircle],
    ['redirects-elsewhere', 'narinfo', trouble.redirectsTo(`${elsewhere.url}/x.narinfo`)],
    ['redirects-its-nar-elsewhere', 'nar', trouble.redirectsTo(`${elsewhere.url}/x.nar`)],
    ['speaks-no-http', 'narinfo', trouble.speaksNoHttp],
    ['has-a-narinfo-of-a-gigabyte', 'narinfo', trouble.firstEndlessly],
    ['has-a-narinfo-that-unpacks-to-very-much', 'narinfo', trouble.unpacksToVeryMuch],
  ];
  const add = (to: Map<string, StoreObject>, name: string, object: StoreObject): void => {
    to.set(name, object);
    for (const [key, bytes] of upstreamObjects([object])) objects.set(key, bytes);
  };
  const SIZES: Readonly<Record<string, number>> = { 'is-cut-again-and-again': 1_500_000, drips: 3_000 };
  for (const [name, what, misbehave] of withTrouble) {
    const object = storeObject(name, { contents: randomBytes((SIZES[name] ?? 200_000) / 2).toString('hex') });
    add(good, name, object);
    troubles.set(what === 'nar' ? object.narKey : `${object.hash}.narinfo`, misbehave);
  }
  for (let i = 0; i < 60; i += 1)
    add(good, `plain-${i}`, storeObject(`plain-${i}`, { contents: randomBytes(9_000).toString('hex') }));

  for (const [kind, { compression, file }] of await makeBombs()) {
    for (let i = 0; i < 6; i += 1) {
      const name = `bomb-${kind}-${i}`;
      const wrong = { URL: `nar/${name}`, Compression: compression, FileSize: String(file.length) };
      // The signature is over NarSize: one of a small NAR, the others as long as what comes.
      const object = storeObject(name, { wrong, ...(i > 0 ? { narSize: BOMB_NAR_BYTES } : {}) });
      add(bad, name, { ...object, narKey: `nar/${name}` });
      troubles.set(`nar/${name}`, trouble.sends(file));
    }
  }
  const endless = storeObject('has-a-nar-of-a-gigabyte', { wrong: { URL: 'nar/endless' } });
  add(bad, 'has-a-nar-of-a-gigabyte', { ...endless, narKey: 'nar/endless' });
  troubles.set('nar/endless', trouble.endlessly);

  const paths = [...good.values(), ...bad.values()].map(({ path }) => path);
  upstream = await listenHostile({ paths, objects, troubles });
  closing.push(() => upstream.close());
  folder = await makeFolder();
  dataDir = join(folder, 'data');
  closing.push(() => removeFolder(folder));
  memory = watchMemory(dataDir);
  closing.push(() => memory.stop());
  const mirror = await startMirror({
    dataDir,
    environment: {
      ...upstream.environment,
      COPY_CONCURRENCY: '20', // two processes, each as busy as it gets
      RETRY_UNAVAILABLE_AFTER: '15s',
      COPY_PATIENCE: '20s', // short waits
      COPY_PATIENCE_RECEIVES: '90',
      MIN_FREE_BYTES: '0',
    },
  });
  closing.push(() => mirror.stop());
  const settled = async (): Promise<boolean> => {
    const { visible, unavailable } = await readHoldings(directoriesIn(dataDir));
    const known = new Set(unavailable.map(({ hash }) => hash));
    return (
      [...good.values()].every(({ hash }) => visible.has(hash)) &&
      [...bad.values()].every(({ hash }) => known.has(hash))
    );
  };
  const missing = async (): Promise<string> => {
    const { visible, unavailable } = await readHoldings(directoriesIn(dataDir));
    const known = new Set(unavailable.map(({ hash }) => hash));
    const late = [...good].filter(([, { hash }]) => !visible.has(hash)).map(([name]) => name);
    const unknown = [...bad].filter(([, { hash }]) => !known.has(hash)).map(([name]) => name);
    return `not here: ${late.join(' ')}; not refused: ${unknown.join(' ')}\n${mirror.program.out()}`;
  };
  await until('all that is good to arrive', settled, ARRIVE_MS).catch(async (cause) => {
    throw new Error(await missing(), { cause });
  });
}, ARRIVE_MS + 60_000);
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

it('brings everything good, byte for byte', async () => {
  for (const [name, { hash, narInfo, narKey, narFile }] of good) {
    expect([name, await readFile(join(dataDir, 'cache', `${hash}.narinfo`), 'utf8')]).toEqual([name, narInfo]);
    expect([name, (await readFile(join(dataDir, 'cache', narKey))).equals(narFile)]).toEqual([name, true]);
  }
});

it('lets nothing bad in', async () => {
  const { visible, unavailable } = await readHoldings(directoriesIn(dataDir));
  for (const [name, { hash }] of bad) {
    expect([name, visible.has(hash)]).toEqual([name, false]);
    expect([name, unavailable.find((record) => record.hash === hash)?.reason]).toEqual([name, 'corrupt']);
  }
  const wanted = [...good.values()].map(({ narKey }) => narKey.slice('nar/'.length));
  expect((await readdir(join(dataDir, 'cache', 'nar'))).sort()).toEqual(wanted.sort());
});

it('resumes what breaks off, from the byte where it broke off', () => {
  for (const name of ['is-cut-again-and-again', 'resets-in-the-middle', 'stalls']) {
    const requests = upstream.asked.filter(({ key }) => key === good.get(name)?.narKey);
    expect([name, requests.length]).toEqual([name, expect.any(Number)]);
    expect(requests.length).toBeGreaterThan(1);
    const begins = requests.map(({ range }) => Number(/^bytes=(\d+)-$/.exec(range ?? 'bytes=0-')?.[1]));
    expect([name, begins]).toEqual([name, [...begins].sort((a, b) => a - b)]);
    expect([name, begins.slice(1).every((from) => from > 0)]).toEqual([name, true]);
    expect(requests.slice(1).every(({ ifRange }) => ifRange !== undefined)).toBe(true);
  }
});

it('waits as long as a 429 asks for', () => {
  const requests = upstream.asked.filter(({ key }) => key === `${good.get('says-429')?.hash}.narinfo`);
  expect(requests.length).toBeGreaterThanOrEqual(3);
  const gaps = requests.slice(1, 3).map(({ at }, i) => at - (requests[i]?.at ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(RETRY_AFTER_SECONDS * 1_000);
});

it('reads no more of a gigabyte than it has to', () => {
  const narinfo = `${good.get('has-a-narinfo-of-a-gigabyte')?.hash}.narinfo`;
  const times = upstream.asked.filter(({ key }) => key === 'nar/endless').length;
  expect(times).toBeGreaterThan(0);
  for (const bytes of [upstream.sent(narinfo), upstream.sent('nar/endless') / times])
    expect(bytes).toBeLessThan(16 * 2 ** 20); // sockets hold some
});

it('follows no redirect to another host', () => {
  expect(elsewhere.requests).toEqual([]);
});

it('keeps every process below 300 MB', async () => {
  process.stderr.write(`most memory (MiB): ${peaksInWords(memory.peaks)}\n`);
  const names = new Set([...memory.peaks.keys()].map((name) => name.replace(/ \d+$/, '')));
  expect([...names]).toEqual(expect.arrayContaining(['copycat', 'detect', 'copy', 'publish', 'http-host']));
  expect([...memory.peaks.values()].filter((mib) => mib > MOST_MIB)).toEqual([]);
});
