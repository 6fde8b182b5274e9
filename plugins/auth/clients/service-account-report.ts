import type { InventoryRules } from '../config/service-accounts.ts';
import type { InventoryRow } from './inventory.ts';

/** `ok`; `warned`: somebody has to do something; `overdue` and `disabled`: it is refused. */
export type ServiceAccountState = 'ok' | 'warned' | 'overdue' | 'disabled';

/** One service account as reports show it. Dates are ISO 8601. */
export interface ServiceAccountEntry {
  readonly clientId: string;
  readonly profile: string;
  readonly owner: string;
  readonly purpose: string;
  readonly scope: string;
  /** How it proves itself. */
  readonly proof: string;
  readonly rotationDays: number;
  /** Keys in use; empty where they are not configured here (`jwks_uri`, certificate). */
  readonly keys: readonly {
    readonly thumbprint: string;
    readonly since: string;
    readonly ageDays: number;
  }[];
  /** Age of the youngest key. */
  readonly keyAgeDays?: number;
  /** When the youngest key is to be replaced. */
  readonly dueAt?: string;
  readonly reviewedOn: string | null;
  readonly lastUsedAt: string | null;
  readonly state: ServiceAccountState;
  /** What is wrong, in words. */
  readonly reasons: readonly string[];
}

/** Report over all service accounts. */
export interface ServiceAccountReport {
  readonly at: string;
  readonly accounts: readonly ServiceAccountEntry[];
}

const DAY_MS = 86_400_000;

/** @param now milliseconds since 1970 @see requirements R-028 to R-030, R-154 */
export function serviceAccountReport(
  rows: readonly InventoryRow[],
  rules: InventoryRules,
  now: number,
): ServiceAccountReport {
  return { at: new Date(now).toISOString(), accounts: rows.map((row) => entry(row, rules, now)) };
}

function entry(row: InventoryRow, rules: InventoryRules, now: number): ServiceAccountEntry {
  const days = (since: Date): number => Math.floor((now - since.getTime()) / DAY_MS);
  const keys = row.keys
    .map(({ thumbprint, since }) => ({
      thumbprint,
      since: since.toISOString(),
      ageDays: days(since),
    }))
    .sort((a, b) => a.ageDays - b.ageDays);
  const [youngest] = keys;
  const left = youngest === undefined ? undefined : row.rotationDays - youngest.ageDays;
  const overdue = left !== undefined && left + rules.graceDays <= 0 && !row.sandbox;
  const reasons = [
    ...(row.disabledAt === undefined ? [] : ['switched off after refused assertions']),
    ...(left === undefined || left > rules.warnDays
      ? []
      : [left > 0 ? `key due in ${left} days` : `key overdue since ${-left} days`]),
    ...(days(row.lastUsedAt ?? row.createdAt) < rules.unusedDays
      ? []
      : [`unused for ${rules.unusedDays} days or more`]),
    ...(days(row.reviewedOn ?? row.createdAt) <= rules.reviewDays
      ? []
      : [`not reviewed for more than ${rules.reviewDays} days`]),
  ];
  const state =
    row.disabledAt !== undefined
      ? 'disabled'
      : overdue
        ? 'overdue'
        : reasons.length > 0
          ? 'warned'
          : 'ok';
  return {
    clientId: row.clientId,
    profile: row.profile,
    owner: row.owner,
    purpose: row.purpose,
    scope: row.scope,
    proof: row.proof,
    rotationDays: row.rotationDays,
    keys,
    ...(youngest === undefined
      ? {}
      : {
          keyAgeDays: youngest.ageDays,
          dueAt: new Date(Date.parse(youngest.since) + row.rotationDays * DAY_MS).toISOString(),
        }),
    reviewedOn: row.reviewedOn?.toISOString().slice(0, 10) ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    state,
    reasons,
  };
}

/** The report as a table for people. */
export function reportMarkdown({ accounts, at }: ServiceAccountReport): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ');
  const lines = accounts.map((one) =>
    [
      one.clientId,
      one.state,
      one.reasons.join('; '),
      one.owner,
      one.purpose,
      one.scope,
      one.profile,
      one.keyAgeDays === undefined ? one.proof : `${one.keyAgeDays} of ${one.rotationDays} days`,
      one.dueAt?.slice(0, 10) ?? '',
      one.lastUsedAt?.slice(0, 10) ?? 'never',
      one.reviewedOn ?? 'never',
    ]
      .map(cell)
      .join(' | '),
  );
  return `# Service accounts, ${at}

| account | state | because | owner | purpose | scope | identity | key | due | last use | reviewed |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
${lines.map((line) => `| ${line} |\n`).join('')}`;
}
