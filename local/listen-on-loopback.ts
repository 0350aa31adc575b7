/**
 * The embedded queue server has no passwords and listens on all addresses whatever it is told, so every `listen` of this
 * process is pinned to 127.0.0.1. Import this file before anything that may listen.
 */
import { type ListenOptions, Server } from 'node:net';

const listen = Server.prototype.listen as (this: Server, ...args: readonly unknown[]) => Server;

Server.prototype.listen = function (this: Server, options: ListenOptions, ...rest: readonly unknown[]): Server {
  if (typeof options !== 'object' || options === null) throw new TypeError('listen takes options here');
  return listen.call(this, { ...options, host: '127.0.0.1' }, ...rest);
} as typeof Server.prototype.listen;
