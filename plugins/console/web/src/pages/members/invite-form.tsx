import { Button, Group, NativeSelect, Paper, Stack, Text, TextInput, Title } from '@mantine/core';
import type { Extension, ProjectMembership } from '@medplum/fhirtypes';
import { type ReactNode, useState } from 'react';
import { Failure } from '../../client/outcome.tsx';
import { useLoaded } from '../../client/use-loaded.tsx';
import { useConsole } from '../../session/session-context.tsx';
import { useTexts } from '../../texts/texts.tsx';

/** URL of the extension that bears the link. */
const INVITATION = 'https://diga-server.dev/fhir/StructureDefinition/invitation';

/** Makes an identity with a membership and an account for it; the link to set the account up is shown once. */
export function InviteForm({ onInvited }: { readonly onInvited: () => void }): ReactNode {
  const { t } = useTexts();
  const { client } = useConsole();
  const [link, setLink] = useState<string>();
  const [error, setError] = useState<unknown>();
  const policies = useLoaded(
    () => client.searchResources('AccessPolicy', '_count=100&_sort=name'),
    '',
  );
  const invite = (form: FormData): void => {
    const policy = { reference: `AccessPolicy/${form.get('policy') as string}` };
    const body = {
      resourceType: form.get('kind'),
      firstName: form.get('first'),
      lastName: form.get('last'),
      sendEmail: false,
      membership: { access: [{ policy }] },
    };
    setLink(undefined);
    client
      .post(`admin/projects/${client.me.project?.id ?? 'default'}/invite`, body)
      .then((answer: ProjectMembership & { readonly extension?: readonly Extension[] }) => {
        setError(undefined);
        setLink(linkIn(answer) ?? t.members.invited);
        onInvited();
      }, setError);
  };
  return (
    <Paper withBorder p="md" component="section" maw={720}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          invite(new FormData(event.currentTarget));
        }}
      >
        <Stack>
          <Title order={2} size="h3">
            {t.members.invite}
          </Title>
          <Text>{t.members.inviteIntro}</Text>
          <NativeSelect name="kind" label={t.members.kind} data={['Practitioner', 'Patient']} />
          <Group grow>
            <TextInput name="first" label={t.members.first} required autoComplete="off" />
            <TextInput name="last" label={t.members.last} required autoComplete="off" />
          </Group>
          <NativeSelect
            name="policy"
            label={t.members.policy}
            data={(policies.value ?? []).map(({ id, name }) => ({ value: id, label: name ?? id }))}
          />
          <Group>
            <Button type="submit">{t.members.send}</Button>
          </Group>
          <Failure error={error} />
          {link !== undefined && (
            <Text role="status">
              {t.members.link}: <span className="code">{link}</span>
            </Text>
          )}
        </Stack>
      </form>
    </Paper>
  );
}

/** The link stands in an extension of the answer: Medplum, which sends mails, has no element for it. */
function linkIn({
  extension = [],
}: {
  readonly extension?: readonly Extension[];
}): string | undefined {
  const invitation = extension.find(({ url }) => url === INVITATION);
  return invitation?.extension?.find(({ url }) => url === 'link')?.valueUri;
}
