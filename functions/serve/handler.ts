/** serve ← function URL: answers Nix. */
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { fromEvent, toResult } from './function-url.ts';
import { openServeDeps } from './open.ts';
import { respond } from './respond.ts';

const deps = openServeDeps();

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>().handler(async (event) =>
  toResult(await respond(fromEvent(event), deps)),
);
