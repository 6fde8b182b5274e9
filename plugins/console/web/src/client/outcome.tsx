import { normalizeOperationOutcome } from '@medplum/core';
import { Alert, List } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTexts } from '../texts/texts.tsx';

/** What went wrong, as the server's OperationOutcome says it: text, code and place. */
export function Failure({ error }: { readonly error: unknown }): ReactNode {
  const { t } = useTexts();
  if (error === undefined) return null;
  const { issue = [] } = normalizeOperationOutcome(error);
  const failed = issue.some(({ severity }) => severity === 'error' || severity === 'fatal');
  return (
    <Alert color={failed ? 'red' : 'yellow'} title={t.refused} role="alert" variant="outline">
      <List listStyleType="none">
        {issue.map(({ details, diagnostics, code, expression }, index) => (
          <List.Item key={index}>
            {details?.text ?? diagnostics ?? code}
            {details?.coding?.[0]?.code !== undefined && ` (${details.coding[0].code})`}
            {expression !== undefined && ` – ${expression.join(', ')}`}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
