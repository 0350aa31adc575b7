/** Whether somebody knows the token for metrics. It is compared in a time that says nothing of it, and goes no further than here. */
import { createHash, timingSafeEqual } from 'node:crypto';

const BEARER = /^Bearer +([^\s]{1,512}) *$/i;

/** @param authorization the header, as it came @param token undefined: there is none, and nobody knows it */
export function hasToken(authorization: string | undefined, token: string | undefined): boolean {
  const said = token === undefined ? undefined : BEARER.exec(authorization ?? '')?.[1];
  return token !== undefined && said !== undefined && timingSafeEqual(digest(said), digest(token));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
