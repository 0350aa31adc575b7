/** serve ← function URL: answers Nix. */
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { deployedEnvironment } from '../../shared/config/deployed.ts';
import { readServeConfig } from './config.ts';
import { createEventAnswerer } from './function-url.ts';
import { openServe } from './open.ts';

const config = readServeConfig(await deployedEnvironment());
/** Unpacked, it may be some times as large, and a function's answer ends at 6 MB. */
const deps = openServe(config, { mostDecodedBytes: 512 * 1024 });

export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>().handler(
  createEventAnswerer({ deps, config }),
);
