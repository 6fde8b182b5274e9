import { Badge, Button, Text } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { Failure } from '../../client/outcome.tsx';
import { useLoaded } from '../../client/use-loaded.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { Grid } from '../grid.tsx';
import { Page } from '../page.tsx';

/** A line of `GET /admin/service-accounts`. */
interface ServiceAccount {
  readonly clientId: string;
  readonly owner?: string;
  readonly purpose?: string;
  readonly scope?: string;
  readonly keyAgeDays?: number;
  readonly rotationDays?: number;
  readonly dueAt?: string;
  readonly lastUsedAt?: string | null;
  readonly state?: string;
  /** What is wrong, in words. */
  readonly reasons?: readonly string[];
}

/** Report of the service accounts: whose they are, and whose keys are due. */
export function ServiceAccountsPage(): ReactNode {
  const { t, when } = useTexts();
  const { client, session } = useConsole();
  const [error, setError] = useState<unknown>();
  const loaded = useLoaded(async () => {
    const response = await session.fetch('/admin/service-accounts', {
      headers: { accept: 'application/json' },
    });
    if (response.status === 404) return undefined;
    if (!response.ok) throw await response.json();
    const body = (await response.json()) as
      | readonly ServiceAccount[]
      | { readonly accounts?: readonly ServiceAccount[] };
    return 'accounts' in body ? (body.accounts ?? []) : (body as readonly ServiceAccount[]);
  }, client.getBaseUrl());
  const enable = (clientId: string): void => {
    client.post(`admin/service-accounts/${clientId}/enable`, {}).then(() => {
      setError(undefined);
      loaded.reload();
    }, setError);
  };
  return (
    <Page title={t.accounts.title} intro={t.accounts.intro} {...loaded}>
      <Failure error={error} />
      {!loaded.loading && loaded.error === undefined && loaded.value === undefined && (
        <Text>{t.accounts.missing}</Text>
      )}
      {loaded.value !== undefined && (
        <Grid
          label={t.accounts.title}
          heads={[
            t.accounts.account,
            t.accounts.state,
            t.accounts.owner,
            t.accounts.purpose,
            t.accounts.keyAge,
            t.accounts.due,
            t.accounts.lastUse,
            t.accounts.scope,
            t.accounts.reasons,
            '',
          ]}
          rows={loaded.value.map((account) => ({
            key: account.clientId,
            cells: [
              account.clientId,
              <State key="state" state={account.state} />,
              account.owner,
              account.purpose,
              account.keyAgeDays,
              when(account.dueAt),
              account.lastUsedAt === null || account.lastUsedAt === undefined
                ? t.never
                : when(account.lastUsedAt),
              account.scope,
              account.reasons?.join(' '),
              account.state === 'disabled' && (
                <Button key="enable" size="compact-sm" onClick={() => enable(account.clientId)}>
                  {t.accounts.enable}
                </Button>
              ),
            ],
          }))}
        />
      )}
    </Page>
  );
}

function State({ state = '' }: { readonly state: string | undefined }): ReactNode {
  const { t } = useTexts();
  return (
    <Badge
      variant="outline"
      tt="none"
      color={/overdue|refused|disabled/.test(state) ? 'red' : 'gray'}
    >
      {state === '' ? t.unknown : state}
    </Badge>
  );
}
