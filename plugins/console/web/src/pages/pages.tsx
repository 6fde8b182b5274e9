import { Stack, Title } from '@mantine/core';
import { type ReactNode } from 'react';
import { usePlace } from '../routing/router.tsx';
import { useTexts } from '../texts/texts.tsx';
import { BotPage } from './bots/bot-page.tsx';
import { BotsPage } from './bots/bots-page.tsx';
import { EventPage } from './ledger/event-page.tsx';
import { LedgerPage } from './ledger/ledger-page.tsx';
import { ClientsPage } from './members/clients-page.tsx';
import { MembersPage } from './members/members-page.tsx';
import { ServiceAccountsPage } from './members/service-accounts-page.tsx';
import { SessionPage } from './own/session-page.tsx';
import { ExplainPage } from './policies/explain-page.tsx';
import { PoliciesPage } from './policies/policies-page.tsx';
import { PolicyPage } from './policies/policy-page.tsx';
import { NewResourcePage } from './resources/new-resource-page.tsx';
import { ResourcePage } from './resources/resource-page.tsx';
import { SearchPage } from './resources/search-page.tsx';
import { TypesPage } from './resources/types-page.tsx';
import { JobsPage } from './work/jobs-page.tsx';
import { SubscriptionsPage } from './work/subscriptions-page.tsx';

/** The page of a path: those of the menu by their names, everything else by resource type and id. */
export function Pages(): ReactNode {
  const { parts } = usePlace();
  const [first, second, ...rest] = parts;
  switch (first) {
    case undefined:
    case 'resources':
      return <TypesPage />;
    case 'policies':
      return second === undefined ? <PoliciesPage /> : <PolicyPage key={second} id={second} />;
    case 'explain':
      return <ExplainPage />;
    case 'members':
      return <MembersPage />;
    case 'clients':
      return <ClientsPage />;
    case 'accounts':
      return <ServiceAccountsPage />;
    case 'bots':
      return second === undefined ? <BotsPage /> : <BotPage key={second} id={second} />;
    case 'ledger':
      return second === undefined ? <LedgerPage /> : <EventPage key={second} id={second} />;
    case 'subscriptions':
      return <SubscriptionsPage />;
    case 'jobs':
      return <JobsPage />;
    case 'session':
      return <SessionPage />;
  }
  if (!/^[A-Z][A-Za-z]+$/.test(first)) return <NotFound />;
  if (second === undefined) return <SearchPage key={first} type={first} />;
  if (second === 'new') return <NewResourcePage key={first} type={first} />;
  return <ResourcePage key={`${first}/${second}`} type={first} id={second} view={rest} />;
}

function NotFound(): ReactNode {
  const { t } = useTexts();
  return (
    <Stack>
      <Title order={1}>{t.notFound}</Title>
    </Stack>
  );
}
