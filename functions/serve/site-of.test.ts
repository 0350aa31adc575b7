import { siteOf } from './site-of.ts';

const config = {
  MIRROR_NAME: undefined,
  CONTACT: 'ops@example.org',
  SOURCE_URL: 'https://example.org/source',
  ISSUES_URL: 'https://example.org/issues',
  SUPPORT_URL: 'https://example.org/support',
};

it('is called by the host that was asked, or as its operator says', () => {
  const mirrorUrl = 'https://cache.example.org:8443';
  expect(siteOf(config)({ mirrorUrl })).toMatchObject({ name: 'cache.example.org:8443', mirrorUrl });
  expect(siteOf({ ...config, MIRROR_NAME: 'Our cache' })({ mirrorUrl })).toMatchObject({ name: 'Our cache' });
});
