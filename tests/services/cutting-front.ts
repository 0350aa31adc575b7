/** What clients find at S3_PUBLIC_ENDPOINT: the bucket, and a connection that breaks in the middle of an answer when told to. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { request as requestHttp } from 'node:http';
import { listenHttp } from '../../shared/testing/http-server.ts';

export interface CuttingFront {
  readonly endpoint: string;
  /** The next so many answers break after so many bytes of their body. Forgets what was asked before. */
  cut(times: number, afterBytes: number): void;
  /** What was asked since then. */
  requests(): readonly { readonly range: string | undefined; readonly cut: boolean }[];
  close(): Promise<void>;
}

export async function openCuttingFront(behind: string): Promise<CuttingFront> {
  let asked: { readonly range: string | undefined; readonly cut: boolean }[] = [];
  let left = 0;
  let most = 0;

  const server = await listenHttp((request: IncomingMessage, response: ServerResponse) => {
    const isCut = left > 0;
    left -= 1;
    asked.push({ range: request.headers.range, cut: isCut });
    const { method, url, headers } = request; // `host` too: it is signed
    const passed = requestHttp(`${behind}${url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      let sent = 0;
      answer.on('data', (chunk: Buffer) => {
        sent += chunk.length;
        if (!isCut || sent <= most) response.write(chunk);
        else response.write(chunk.subarray(0, Math.max(0, chunk.length - (sent - most))), () => response.destroy());
      });
      answer.on('end', () => response.end());
      answer.on('error', () => response.destroy());
    });
    passed.on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
    request.pipe(passed);
  });
  return {
    endpoint: server.url,
    cut(times, afterBytes) {
      [asked, left, most] = [[], times, afterBytes];
    },
    requests: () => asked,
    close: () => server.close(),
  };
}
