import { setTimeout as pause } from 'node:timers/promises';
import type { Answer, FhirClient } from '../../test/support/fhir-client.ts';
import { createNormaliser, firstDifference, type ObservedAnswer } from './observe.ts';
import type { Pair } from './pair.ts';
import type { Principal } from './principals.ts';
import type { PairRequest } from './requests/request.ts';

/** A request that the two stores answered differently, or that a server did not stand. */
export interface Finding {
  readonly principal: string;
  readonly request: PairRequest;
  readonly difference: string;
}

/** Asks both servers the same in the name of one principal. */
export interface Comparison {
  /** Sends a request to both and compares; follows the page links of the answers. */
  ask(request: PairRequest): Promise<Finding | undefined>;
  /** Kicks off an export on both, waits for both, compares the manifests and every line of every file. */
  export(request: PairRequest): Promise<Finding | undefined>;
  /** Answers compared, pages included. */
  readonly compared: number;
  /** Of these, the answers with status 2xx: a run of refusals alone would say little. */
  readonly succeeded: number;
}

/** Pages of one search that are compared. */
const PAGES = 4;

/** @param principal whose tokens are sent */
export function compare(pair: Pair, principal: Principal): Comparison {
  const sides = [pair.a, pair.b].map((server) => ({
    client: server.asProfile(principal.profile),
    normalise: createNormaliser(server.url),
  }));
  let compared = 0;
  let succeeded = 0;
  const once = async (
    request: PairRequest,
    paths: readonly string[],
  ): Promise<{ readonly finding?: Finding; readonly next?: readonly string[] }> => {
    pair.tick(1000);
    compared += 1;
    const answers = await Promise.all(
      sides.map(({ client }, index) =>
        client.send(request.method, paths[index] ?? request.path, {
          ...(request.body === undefined ? {} : { body: request.body }),
          headers: { ...request.headers, 'x-request-id': `pair-${String(compared)}` },
        }),
      ),
    );
    if (answers[0] !== undefined && answers[0].status < 300) succeeded += 1;
    const [a = '', b = ''] = answers.map((answer, index) =>
      sides[index]?.normalise(
        observed(request.surface === 'capabilities' ? withoutTag(answer) : answer),
      ),
    );
    const broken = answers.find(({ status }) => status >= 500);
    if (broken !== undefined && !isHonestRefusal(broken))
      return { finding: finding(request, `status ${String(broken.status)}: ${broken.text}`) };
    if (a !== b) return { finding: finding(request, firstDifference(a, b)) };
    const next = answers.map(nextOf).filter((url) => url !== undefined);
    return next.length === answers.length ? { next } : {};
  };
  const finding = (request: PairRequest, difference: string): Finding => ({
    principal: principal.name,
    request,
    difference,
  });
  return {
    async ask(request) {
      let paths: readonly string[] = sides.map(() => request.path);
      for (let page = 0; page < PAGES; page += 1) {
        const { finding: found, next } = await once(
          page === 0 ? request : { surface: request.surface, method: 'GET', path: '' },
          paths,
        );
        if (found !== undefined) return page === 0 ? found : { ...found, request };
        if (next === undefined) return undefined;
        paths = next;
      }
      return undefined;
    },
    async export(request) {
      compared += 1;
      const shown = await Promise.all(
        sides.map(async ({ client, normalise }) => {
          const kickOff = await client.get(request.path, request.headers);
          const status = kickOff.headers.get('content-location');
          if (status === null) return normalise(observed(kickOff));
          const done = await finished(client, status);
          const files = await Promise.all(filesOf(done).map((url) => client.get(url)));
          return [done, ...files].map((answer) => normalise(observed(masked(answer)))).join('\n');
        }),
      );
      const [a = '', b = ''] = shown;
      return a === b ? undefined : finding(request, firstDifference(a, b));
    },
    get compared() {
      return compared;
    },
    get succeeded() {
      return succeeded;
    },
  };
}

/** Polls the status of an export until it is done. @throws Error if it is not within a minute */
async function finished(client: FhirClient, status: string): Promise<Answer> {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    const answer = await client.get(status);
    if (answer.status !== 202) return answer;
    await pause(200);
  }
  throw new Error('An export did not end');
}

function filesOf({ text }: Answer): readonly string[] {
  const manifest = JSON.parse(text) as Readonly<Record<string, unknown>>;
  return ['output', 'deleted', 'error'].flatMap((list) =>
    ((manifest[list] ?? []) as readonly { readonly url: string }[]).map(({ url }) => url),
  );
}

/** The tag of a public document is a digest of it, the server's own address included. */
function withoutTag(answer: Answer): Answer {
  const headers = new Headers(answer.headers);
  headers.delete('etag');
  return { ...answer, headers };
}

/** When an export expires is the moment of its end by the machine's clock. */
function masked(answer: Answer): Answer {
  const headers = new Headers(answer.headers);
  headers.delete('expires');
  return { ...answer, headers };
}

/** Not implemented, and said so; the same on both sides. */
function isHonestRefusal({ status }: Answer): boolean {
  return status === 501;
}

function observed({ status, headers, text }: Answer): ObservedAnswer {
  return { status, headers: [...headers], body: text };
}

function nextOf({ text }: Answer): string | undefined {
  if (!text.startsWith('{"resourceType":"Bundle"')) return undefined;
  const { link } = JSON.parse(text) as {
    readonly link?: readonly { readonly relation: string; readonly url: string }[];
  };
  return link?.find(({ relation }) => relation === 'next')?.url;
}
