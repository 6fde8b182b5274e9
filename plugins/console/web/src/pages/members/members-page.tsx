import type { ProjectMembership } from '@medplum/fhirtypes';
import type { ReactNode } from 'react';
import { useLoaded } from '../../client/use-loaded.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { Grid } from '../grid.tsx';
import { Page } from '../page.tsx';
import { PlaceLink } from '../place-link.tsx';
import { InviteForm } from './invite-form.tsx';
import { periodOf } from './period-of.tsx';

/** Memberships: who has which policies, and for how long. */
export function MembersPage(): ReactNode {
  const { t } = useTexts();
  const { client } = useConsole();
  const loaded = useLoaded(
    () => client.searchResources('ProjectMembership', '_count=100&_sort=-_lastUpdated'),
    '',
  );
  return (
    <Page title={t.members.title} intro={t.members.intro} {...loaded}>
      {loaded.value !== undefined && (
        <Grid
          label={t.members.title}
          heads={[t.members.profile, t.members.policies, t.members.active, t.members.period]}
          rows={loaded.value.map((membership) => ({
            key: membership.id,
            cells: [
              <PlaceLink key="profile" to={`/ProjectMembership/${membership.id}`}>
                {membership.profile?.reference ?? membership.id}
              </PlaceLink>,
              <Policies key="policies" membership={membership} />,
              membership.active === false ? t.no : t.yes,
              periodOf(membership),
            ],
          }))}
        />
      )}
      <InviteForm onInvited={loaded.reload} />
    </Page>
  );
}

function Policies({ membership }: { readonly membership: ProjectMembership }): ReactNode {
  const { accessPolicy, access = [] } = membership;
  const references = [accessPolicy?.reference, ...access.map(({ policy }) => policy.reference)];
  const ids = references.flatMap((reference) => reference?.split('/')[1] ?? []);
  return ids.map((id, index) => (
    <span key={id}>
      {index > 0 && ', '}
      <PlaceLink to={`/policies/${id}`}>{id}</PlaceLink>
    </span>
  ));
}
