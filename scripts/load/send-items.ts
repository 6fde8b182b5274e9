import type { Bundle } from '@medplum/fhirtypes';
import type { PostBundle } from './connection.ts';
import type { BundleItem, Place, ResourceItem } from './item.ts';
import { type Refusal, refusalOf } from './refusal.ts';

/** What became of items that were sent. */
export interface Sent {
  readonly created: number;
  readonly updated: number;
  readonly refused: readonly Refusal[];
  /** Resources that refer to what is not there, and may yet come, with the refusal they have got so far. */
  readonly early: readonly Early[];
}

/** A resource that came before one it refers to. */
export interface Early {
  readonly item: ResourceItem;
  readonly refusal: Refusal;
}

/**
 * Sends resources as one batch: those with an id under it, so that loading them again changes nothing; the others are
 * created.
 */
export async function sendResources(
  post: PostBundle,
  items: readonly ResourceItem[],
): Promise<Sent> {
  // The texts go in as they are: printing them anew could change numbers.
  const entries = items.map(({ type, id, text }) => {
    const request =
      id === undefined
        ? { method: 'POST', url: type }
        : { method: 'PUT', url: `${type}/${encodeURIComponent(id)}` };
    return `{"resource":${text},"request":${JSON.stringify(request)}}`;
  });
  const { status, text } = await post(
    `{"resourceType":"Bundle","type":"batch","entry":[${entries.join(',')}]}`,
  );
  const result = sent(status, text, items);
  const early = result.refused.filter(leadsNowhere).flatMap((refusal) => {
    const item = items.find(
      ({ file, position }) => file === refusal.file && position === refusal.position,
    );
    return item === undefined ? [] : [{ item, refusal }];
  });
  return { ...result, refused: result.refused.filter((refusal) => !leadsNowhere(refusal)), early };
}

function leadsNowhere({ outcome }: Refusal): boolean {
  return outcome?.issue.some(({ diagnostics }) => diagnostics?.startsWith('HAPI-1094')) === true;
}

/** Posts a transaction or batch as it is. A transaction counts whole: all of its entries, or one refusal. */
export async function sendBundle(post: PostBundle, item: BundleItem): Promise<Sent> {
  const { status, text } = await post(item.text);
  return sent(
    status,
    text,
    Array.from(
      { length: item.entries },
      (_, index): Place => ({ file: item.file, position: index + 1 }),
    ),
    item,
  );
}

function sent(status: number, text: string, places: readonly Place[], whole?: Place): Sent {
  const body = parsed(text);
  if (status !== 200) {
    const failed = whole === undefined ? places : [whole];
    return {
      created: 0,
      updated: 0,
      refused: failed.map((place) => refusalOf(place, String(status), body)),
      early: [],
    };
  }
  const answers = (body as Bundle | undefined)?.entry ?? [];
  let [created, updated] = [0, 0];
  const refused: Refusal[] = [];
  for (const [index, place] of places.entries()) {
    const response = answers[index]?.response;
    const code = response?.status.slice(0, 3) ?? 'no answer';
    if (code === '201') created += 1;
    else if (code.startsWith('2')) updated += 1;
    else refused.push(refusalOf(place, code, response?.outcome));
  }
  return { created, updated, refused, early: [] };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy may answer with a page; the status is the reason then.
    return undefined;
  }
}
