import type { RetentionRules } from './classes.ts';

/** The retention of the ledger as it is configured, in Markdown: for the files of whoever answers for it. */
export function retentionDocument(rules: RetentionRules): string {
  const { security, access, mdr, billing } = rules;
  const source = ({ types, interactions }: RetentionRules['mdr']): string =>
    `${interactions.join(', ')} of ${types.join(', ')}`;
  const rows = [
    ['security', 'security events, refusals, failures, what concerns no patient', security.days],
    ['access', 'what concerns a patient', access.days],
    ['mdr', `${source(mdr)}; software and configuration`, mdr.days],
    ['billing', source(billing), `${String(billing.days)} from the end of the calendar year`],
    ['legal-hold', 'what an operator holds', 'until it is lifted'],
  ] as const;
  return [
    '| class | rows | days |',
    '|---|---|---|',
    ...rows.map((cells) => `| ${cells.join(' | ')} |`),
    '',
  ].join('\n');
}
