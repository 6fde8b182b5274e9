import type { Grammar } from './request.ts';

const QUERIES = [
  '',
  '',
  '',
  '?_summary=true',
  '?_elements=name,birthDate,value',
  '?_summary=text',
  '?_format=xml',
  '?_pretty=true',
];

/** Read, vread and history of what is visible, hidden and nowhere, with every condition that could tell. */
export const read: Grammar = (random, pool) => {
  const reference = random.pick(pool.references);
  const query = random.pick(QUERIES);
  const version = String(1 + random.below(4));
  const pick = random.below(10);
  if (pick < 4)
    return {
      surface: 'read',
      method: random.pick(['GET', 'GET', 'HEAD']),
      path: reference + query,
    };
  if (pick < 5) {
    const headers = random.pick([
      { 'If-None-Match': `W/"${version}"` },
      { 'If-Modified-Since': 'Mon, 02 Nov 2026 08:00:30 GMT' },
      { 'If-Modified-Since': 'Tue, 03 Nov 2026 08:00:00 GMT' },
    ]);
    return { surface: 'read', method: 'GET', path: reference, headers };
  }
  if (pick < 7)
    return { surface: 'vread', method: 'GET', path: `${reference}/_history/${version}${query}` };
  const place = random.pick([reference, reference, reference.split('/')[0] ?? '', '']);
  const since = random.pick([
    '',
    '',
    '?_since=2026-11-02T08:00:20Z',
    '?_at=2026-11-02T08:01',
    '?_count=3',
  ]);
  return {
    surface: 'history',
    method: 'GET',
    path: `${place === '' ? '' : `${place}/`}_history${since}`,
  };
};
