/** The wiring: serve as its environment says, an upstream on the wire, a real queue. */
import { parseCopyRequested } from '../../../events/copy-requested.ts';
import { InvalidConfig } from '../../../shared/errors.ts';
import { setEnvironment } from '../../../shared/testing/environment.ts';
import { type HandlerWorld, openHandlerWorld } from '../../../shared/testing/handler-world.ts';
import { askedFor } from '../../../shared/testing/serve-world.ts';
import { readServeConfig } from '../config.ts';
import { openServe } from '../open.ts';
import { respond } from '../respond.ts';

describe('serve with ON_MISS=pull', () => {
  let world: HandlerWorld;
  beforeAll(async () => {
    world = await openHandlerWorld();
    setEnvironment({ ...world.environment, ON_MISS: 'pull' });
  });
  afterAll(() => world.close());

  it('answers from upstream, as one that says who it is, and asks copy once for two instances', async () => {
    const { hello } = world.upstream;
    for (let instance = 0; instance < 2; instance += 1) {
      const answer = await respond(askedFor(`/${hello.hash}.narinfo`), openServe(readServeConfig()));
      expect(answer).toMatchObject({ status: 200, headers: { 'copycat-source': 'upstream' } });
      expect(Buffer.from(answer.body as Uint8Array).toString()).toBe(hello.narInfo);
    }
    const messages = await world.receive(world.environment.COPY_QUEUE_URL ?? '');
    expect(messages.map(({ body }) => parseCopyRequested(body).hash)).toEqual([hello.hash]);
  });

  it('refuses to start without a queue to ask', () => {
    expect(() => openServe({ ...readServeConfig(), COPY_QUEUE_URL: undefined })).toThrow(InvalidConfig);
  });
});
