import fc from 'fast-check';
import { ROUTES } from '../../events/request-record.ts';
import { routeOf } from './route-of.ts';

const hash = '0123456789abcdfghijklmnpqrsvwxyz'.slice(0, 32);
const release = '/releases/nixos/unstable/nixos-26.11pre1.aaaaaaaaaaaa';

describe('the route of a path', () => {
  it.each([
    ['/nix-cache-info', 'cache_info'],
    [`/${hash}.narinfo`, 'narinfo'],
    [`/${hash}%2enarinfo`, 'narinfo'],
    ['/nar/x.nar.xz', 'nar'],
    [`/${hash}.ls`, 'listing'],
    [`/log/${hash}-x.drv`, 'log'],
    ['/debuginfo/abcd.debug', 'debuginfo'],
    [`/realisations/sha256:${'a'.repeat(64)}!out.doi`, 'realisation'],
    [`/build-trace-v2/${hash}-x.drv/out.doi`, 'realisation'],
    [release, 'release'],
    [`${release}/`, 'release'],
    [`${release}/store-paths.xz`, 'release'],
    ['/channels/nixos-unstable', 'channel'],
    ['/channels/nixos-unstable/nixexprs.tar.xz', 'channel'],
    ['/flake-registry.json', 'registry'],
    ['/diagnose-cache', 'diagnose'],
    ['/diagnose-cache.tar.gz', 'diagnose'],
    ['/', 'page'],
    ['/channels', 'page'],
    ['/channels/', 'page'],
    ['/channels.atom', 'page'],
    ['/paths', 'page'],
    ['/paths/anything', 'page'],
    ['/analytics', 'page'],
    ['/packages', 'page'],
    ['/packages/hello', 'page'],
    ['/what-is-counted', 'page'],
    ['/favicon.svg', 'page'],
    ['/api', 'api'],
    ['/api/status', 'api'],
    ['/api/nothing', 'api'],
    ['/healthz', 'health'],
    ['/metrics', 'health'],
    ['/wp-login.php', 'other'],
    ['/apis', 'other'],
    ['/nar/../etc/passwd', 'other'],
    [`/${'e'.repeat(32)}.narinfo`, 'other'],
    ['/releases/../x', 'other'],
    ['/%ff', 'other'],
    ['', 'other'],
  ])('%s is %s', (path, route) => expect(routeOf(path)).toBe(route));

  it('is one of a closed list, whatever is asked for', () => {
    const path = fc.oneof(
      fc.string(),
      fc.webPath().map((rest) => `/${rest}`),
      fc.string().map((rest) => `/releases/${rest}`),
    );
    fc.assert(fc.property(path, (asked) => expect(ROUTES).toContain(routeOf(asked))));
  });
});
