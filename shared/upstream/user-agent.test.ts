import { readFile } from 'node:fs/promises';
import { InvalidConfig } from '../errors.ts';
import { userAgent, VERSION } from './user-agent.ts';

it.each(['https://mirror.example/about?x=1&y=~z', 'mailto:ops@mirror.example'])(
  'says whom to write to: %s',
  (contact) => {
    expect(userAgent(contact, '1.2.3')).toBe(`Copycat/1.2.3 (+${contact})`);
  },
);

it.each(['', 'two words', 'https://x/\r\nHost:evil', 'a)b', 'a(b', 'back\\slash', 'ümlaut@x'])(
  'refuses %j',
  (contact) => {
    expect(() => userAgent(contact)).toThrow(InvalidConfig);
  },
);

it('has the version of the package', async () => {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(VERSION).toBe(version);
});
