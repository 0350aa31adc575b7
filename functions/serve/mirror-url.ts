/**
 * Where the asker finds this mirror. `PUBLIC_URL` when it is set; else what the request says, and of a proxy in front only one
 * that is trusted is believed. Pure.
 */
export interface Arrived {
  /** By TLS, as far as we see. */
  readonly encrypted: boolean;
  readonly host: string | undefined;
  /** `X-Forwarded-Proto` and `X-Forwarded-Host` of a trusted proxy; undefined of anybody else. */
  readonly forwardedProto?: string | undefined;
  readonly forwardedHost?: string | undefined;
}

/** A name, an IPv4 address or an IPv6 one in brackets, perhaps with a port: nothing that could end an attribute or a line. */
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?\.?|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/** @param known `PUBLIC_URL`, or where we listen: what counts when the request names no host. */
export function mirrorUrlOf(
  arrived: Arrived,
  known: { readonly publicUrl: string | undefined; readonly listening: string },
): string {
  if (known.publicUrl !== undefined) return known.publicUrl;
  const host = last(arrived.forwardedHost) ?? arrived.host;
  const proto = last(arrived.forwardedProto)?.toLowerCase();
  const encrypted = proto === 'https' || (proto !== 'http' && arrived.encrypted);
  const url = `${encrypted ? 'https' : 'http'}://${host?.toLowerCase()}`;
  return host !== undefined && HOST.test(host) && URL.canParse(url) ? url : known.listening;
}

/** A proxy adds its own at the end; what stands before it came from outside. */
const last = (list: string | undefined): string | undefined => list?.split(',').at(-1)?.trim() || undefined;
