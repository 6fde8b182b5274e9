import { Button, Group, Stack, Textarea } from '@mantine/core';
import type { Resource } from '@medplum/fhirtypes';
import { type ReactNode, useState } from 'react';
import { Failure } from '../../client/outcome.tsx';
import { useTexts } from '../../texts/texts.tsx';
import { SavedNote } from './saved-note.tsx';
import { useUpdate } from './use-update.tsx';

interface JsonEditorProps {
  readonly resource: Resource;
  readonly onSaved: () => void;
  readonly readOnly: boolean;
}

/** The resource as JSON. What is no JSON is not sent. */
export function JsonEditor({ resource, onSaved, readOnly }: JsonEditorProps): ReactNode {
  const { t } = useTexts();
  const update = useUpdate(resource);
  const [text, setText] = useState(() => JSON.stringify(resource, null, 2));
  const [invalid, setInvalid] = useState<string>();
  const [error, setError] = useState<unknown>();
  const [saved, setSaved] = useState(false);
  const save = (): void => {
    setSaved(false);
    let changed: Resource;
    try {
      changed = JSON.parse(text) as Resource;
    } catch (problem) {
      setInvalid(`${t.resources.notJson} ${String(problem)}`);
      return;
    }
    setInvalid(undefined);
    update(changed).then(() => {
      setError(undefined);
      setSaved(true);
      onSaved();
    }, setError);
  };
  return (
    <Stack>
      <Failure error={error} />
      <Textarea
        label={t.resources.jsonLabel}
        value={text}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
        autosize
        minRows={12}
        maxRows={40}
        readOnly={readOnly}
        spellCheck={false}
        error={invalid}
        classNames={{ input: 'code' }}
      />
      {!readOnly && (
        <Group>
          <Button onClick={save}>{t.save}</Button>
          <SavedNote text={saved ? t.saved : undefined} />
        </Group>
      )}
    </Stack>
  );
}
