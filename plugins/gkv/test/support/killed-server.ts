// A server in a process of its own that the test kills: redeems what it is told, says when it begins, and stays.
import { gkvServer, type GkvServerOptions } from './gkv-server.ts';

interface Orders extends Omit<GkvServerOptions, 'mode'> {
  readonly redeem: readonly { readonly patient: string; readonly code: string }[];
}

const orders = JSON.parse(process.argv[2] ?? '') as Orders;
const server = await gkvServer(orders);
process.stdout.write('begins\n');
const ends = await Promise.allSettled(
  orders.redeem.map(({ patient, code }) => server.redeem(patient, code)),
);
const failed = ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []));
process.stdout.write(`${JSON.stringify({ redeemed: ends.length, failed })}\n`);
