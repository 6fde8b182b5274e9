import { MedplumClient, OperationOutcomeError } from '@medplum/core';
import { isNativeError } from 'node:util/types';

const TIMEOUT_MS = 60_000;
const LOOPBACK = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** A signed-in client, and the project that it belongs to. */
export interface Peer {
  readonly medplum: MedplumClient;
  readonly projectId: string;
}

/**
 * Signs in by client credentials.
 * @throws TypeError where the address is not safe for a secret, nobody answers there, or the credentials are not taken
 */
export async function connect(url: string, clientId: string, secret: string): Promise<Peer> {
  const base = safeUrl(url);
  const medplum = new MedplumClient({
    baseUrl: base.href,
    clientId,
    cacheTime: 0,
    // The secret must not follow a redirect, and a silent server must not hold the command.
    fetch: (input: string, init: RequestInit = {}) =>
      fetch(input, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) }),
  });
  try {
    await medplum.startClientLogin(clientId, secret);
  } catch (cause) {
    const told = cause instanceof OperationOutcomeError;
    throw new TypeError(
      told
        ? `${base.host} does not take the credentials: ${cause.message}`
        : `${base.host} does not answer: ${reasonOf(cause)}`,
      { cause },
    );
  }
  const project = medplum.getActiveLogin()?.project.reference;
  const [type, projectId] = project?.split('/') ?? [];
  if (type !== 'Project' || projectId === undefined) {
    throw new TypeError(`${base.host} names no project of the client`);
  }
  return { medplum, projectId };
}

/** @throws TypeError where a secret would travel in the clear */
export function safeUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) throw new TypeError(`${text} is no URL`);
  if (url.username !== '' || url.password !== '') {
    throw new TypeError('Credentials do not belong into the URL');
  }
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    throw new TypeError(`${url.host}: the secret would travel in the clear; use https`);
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

function reasonOf(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  return isNativeError(error.cause) ? error.cause.message || error.cause.name : error.message;
}
