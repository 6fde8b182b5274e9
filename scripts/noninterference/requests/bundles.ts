import { type Grammar } from './request.ts';
import { read } from './reads.ts';
import { search } from './searches.ts';
import { write } from './writes.ts';

/** Batches and transactions of everything else. */
export const bundle: Grammar = (random, pool) => {
  const type = random.pick(['batch', 'batch', 'transaction']);
  const entry = Array.from({ length: 1 + random.below(4) }, () => {
    if (random.next() < 0.5) {
      const { method, path } = random.next() < 0.5 ? read(random, pool) : search(random, pool);
      return { request: { method: method === 'POST' ? 'GET' : method, url: path } };
    }
    const { method, path, body, headers } = write(random, pool);
    const ifMatch = headers?.['If-Match'];
    const ifNoneExist = headers?.['If-None-Exist'];
    const request = {
      method,
      url: path,
      ...(ifMatch === undefined ? {} : { ifMatch }),
      ...(ifNoneExist === undefined ? {} : { ifNoneExist }),
    };
    if (body === undefined || Array.isArray(body))
      return { request: { ...request, method: body === undefined ? method : 'DELETE' } };
    return { request, resource: body };
  });
  return { surface: type, method: 'POST', path: '', body: { resourceType: 'Bundle', type, entry } };
};
