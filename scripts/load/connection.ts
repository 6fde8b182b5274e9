import { setTimeout as sleep } from 'node:timers/promises';

/** An answer of the server. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Sends a Bundle to the base of a FHIR server. */
export type PostBundle = (body: string) => Promise<Answer>;

const TIMEOUT = 300_000;
const ATTEMPTS = 5;
/** Longest pause that a server may ask for, in seconds. */
const LONGEST_PAUSE = 60;

/**
 * Sends with a token, gets a new one when the server no longer takes it, and waits where the server says it is busy.
 * @throws TypeError if no server answers
 */
export function openConnection(base: string, token: () => Promise<string>): PostBundle {
  let current: string | undefined;
  return async (body) => {
    for (let attempt = 1; ; attempt += 1) {
      current ??= await token();
      const response = await post(base, current, body);
      const text = await response.text();
      const last = attempt === ATTEMPTS;
      if (response.status === 401 && !last) current = undefined;
      else if ((response.status === 429 || response.status === 503) && !last) {
        await sleep(pause(response.headers.get('retry-after')) * 1000);
      } else return { status: response.status, text };
    }
  };
}

async function post(base: string, token: string, body: string): Promise<Response> {
  try {
    return await fetch(base, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/fhir+json',
        accept: 'application/fhir+json',
        prefer: 'return=minimal',
      },
      body,
      signal: AbortSignal.timeout(TIMEOUT),
    });
  } catch (cause) {
    throw new TypeError(`No server answers at ${base}. Start it, or name it with --url.`, {
      cause,
    });
  }
}

function pause(header: string | null): number {
  const seconds = Number(header ?? 1);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), LONGEST_PAUSE) : 1;
}
