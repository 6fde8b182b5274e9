import { relative } from 'node:path';
import type { LoadReport } from './load-paths.ts';
import { byReason, type Refusal } from './refusal.ts';

/** Places that are named for each reason. */
const NAMED = 5;

/** The result of a load as text, refusals grouped by their reason. */
export function reportText(
  report: Readonly<LoadReport>,
  seconds: number,
  directory: string,
): string {
  const { files, created, updated, refused, skipped } = report;
  const stored = created + updated;
  return [
    `${files} files read: ${created} resources created, ${updated} updated or unchanged, ${refused.length} refused, ${skipped.length} skipped; ${seconds.toFixed(1)} s, ${(stored / seconds).toFixed(0)} resources/s`,
    ...section('Skipped', skipped, directory),
    ...section('Refused', refused, directory),
    '',
  ].join('\n');
}

function section(title: string, items: readonly Refusal[], directory: string): readonly string[] {
  if (items.length === 0) return [];
  return [
    '',
    `${title}:`,
    ...byReason(items).flatMap(([reason, group]) => [
      `  ${group.length} × ${reason}`,
      ...group.slice(0, NAMED).map((place) => `      ${placeText(place, directory)}`),
      ...(group.length > NAMED ? [`      and ${group.length - NAMED} more`] : []),
    ]),
  ];
}

function placeText({ file, position, outcome }: Refusal, directory: string): string {
  const at = position === undefined ? '' : `#${position}`;
  const expressions = outcome?.issue.flatMap(({ expression }) => expression ?? []) ?? [];
  return `${relative(directory, file)}${at}${expressions.length > 0 ? `  (${expressions.slice(0, 3).join(', ')})` : ''}`;
}
