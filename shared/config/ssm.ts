/** AWS's Parameter Store, by the SDK. Only loaded where a variable names a parameter: most processes never do. */
import { GetParametersCommand, SSMClient, type SSMClientConfig } from '@aws-sdk/client-ssm';
import type { FetchParameters } from './parameters.ts';

const SECOND = 1_000;

/** @param more region and endpoint, where AWS's own variables don't say them */
export const openParameters =
  (more: SSMClientConfig = {}): FetchParameters =>
  async (names, signal) => {
    const client = new SSMClient({
      maxAttempts: 3,
      requestHandler: { connectionTimeout: SECOND, requestTimeout: 2 * SECOND, throwOnRequestTimeout: true },
      ...more,
    });
    try {
      const request = new GetParametersCommand({ Names: [...names], WithDecryption: true });
      const { Parameters = [] } = await client.send(request, { abortSignal: signal });
      return new Map(Parameters.map(({ Name = '', Value = '' }) => [Name, Value]));
    } finally {
      client.destroy();
    }
  };
