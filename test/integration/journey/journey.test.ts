import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Product, startProduct } from './product.ts';

let product: Product | undefined;

beforeAll(async () => {
  product = await startProduct();
}, 180_000);
afterAll(async () => {
  await product?.close();
}, 60_000);

function started(): Product {
  if (product === undefined) throw new TypeError('The product has not started');
  return product;
}

describe('npm run journey', () => {
  test('every step holds, from the account to the accepted invoice', async () => {
    const { url, run } = started();
    const { code, output } = await run('scripts/journey.ts', '--url', url);
    const failed = output.split('\n').filter((line) => line.includes(' FAILED '));
    expect(failed).toEqual([]);
    expect(output).toMatch(/All 9 steps held\.\n$/);
    expect(code).toBe(0);
  }, 300_000);

  test('where no server is, every step fails and the exit code says so', async () => {
    const { code, output } = await started().run(
      'scripts/journey.ts',
      '--url',
      'http://localhost:1',
    );
    expect(output).toContain('No server answers at http://localhost:1');
    expect(output).toMatch(/9 of 9 steps failed\.\n$/);
    expect(code).toBe(1);
  }, 60_000);
});
