import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { pagesConfig } from '../../config/pages.ts';
import { scopeWords } from '../../pages/consent/scope-words.ts';
import { checkbox, field } from '../../pages/fields.ts';
import { errorSummary, page } from '../../pages/layout.ts';
import { html } from '../../pages/html.ts';
import { chosenLanguage, requestLanguage } from '../../pages/locale.ts';
import { passkeyForm } from '../../pages/login/passkey-form.ts';
import { contrast } from '../../pages/theme/contrast.ts';
import { loadTheme } from '../../pages/theme/theme.ts';

/** Tags of a piece of HTML, without their attributes. */
const tags = (markup: string): string[] =>
  [...markup.matchAll(/<(\/?[a-z]\w*)/g)].map(([, tag = '']) => tag);

describe('look of the pages', () => {
  test('WCAG 2.2 contrast ratio: the values of the definition', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5);
    expect(contrast('#ffffff', '#ffffff')).toBe(1);
    expect(contrast('#767676', '#ffffff')).toBeCloseTo(4.54, 2);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
    const colour = fc
      .integer({ min: 0, max: 0xffffff })
      .map((value) => `#${value.toString(16).padStart(6, '0')}`);
    fc.assert(
      fc.property(colour, colour, (one, other) => {
        expect(contrast(one, other)).toBe(contrast(other, one));
        expect(contrast(one, other)).toBeGreaterThanOrEqual(1);
        expect(contrast(one, other)).toBeLessThanOrEqual(21);
      }),
    );
  });

  test('WCAG 2.2, 1.4.3: colours that cannot be read by everybody are refused at start, with the pair and its contrast', () => {
    const fault = (config: object): string =>
      pagesConfig
        .safeParse(config)
        .error?.issues.map(({ message }) => message)
        .join() ?? '';
    expect(fault({})).toBe('');
    expect(fault({ light: { accent: '#777777' } })).toContain('4.48:1');
    expect(fault({ dark: { accent: '#0b4f8a', onAccent: '#ffffff' } })).toContain('#16161a');
    expect(fault({ light: { onAccent: '#0b4f8b' } })).toContain('onAccent on accent');
    expect(fault({ light: { accent: 'red;}body{' } })).toContain('a colour such as');
    expect(fault({ links: { imprint: 'http://diga.example' } })).not.toBe('');
    expect(fault({ links: { imprint: 'javascript:alert(1)' } })).not.toBe('');
  });

  test('a logo that is missing or too large stops the start with a reason', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'logo-'));
    try {
      const logoFile = join(folder, 'logo.svg');
      const load = () => loadTheme(pagesConfig.parse({ logoFile }));
      await expect(load()).rejects.toMatchObject({ code: 'AUTH_LOGO_INVALID' });
      await writeFile(logoFile, Buffer.alloc(300_000));
      await expect(load()).rejects.toThrow('300000 bytes');
      await writeFile(logoFile, '<svg xmlns="http://www.w3.org/2000/svg"/>');
      expect((await load()).logo?.type).toBe('image/svg+xml');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('hostile texts change no page: neither its tags nor its attributes', async () => {
    const theme = await loadTheme(pagesConfig.parse({}));
    const hostile = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '"><script>x</script>',
        "' onload='x",
        '</title><base href=//e>',
        '<!--',
        '${1}',
      ),
    );
    const build = (text: string): string =>
      page(
        { language: 'de', theme: { ...theme, productName: text }, path: '/auth/lock' },
        text,
        html`${errorSummary('de', [{ text, field: 'a' }, { text }])}
${field({ id: 'a', label: text, value: text, hint: text, fault: text })}
${checkbox({ id: 'b', value: text, label: text, fault: text })}
${passkeyForm('de', { action: text, formToken: text, ceremony: 'get', options: { text }, submit: text, hidden: { c: text } })}`,
      );
    const plain = tags(build('x'));
    fc.assert(
      fc.property(hostile, (text) => {
        const markup = build(text);
        expect(tags(markup)).toEqual(plain);
        expect(markup.replace(/"[^"]*"/g, '""')).not.toMatch(/<[^>]*\son\w+=/i);
      }),
    );
  });

  test('options of a passkey come back from the page as they were', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.string()), (options) => {
        const form = passkeyForm('en', {
          action: '/a',
          formToken: 't',
          ceremony: 'get',
          options,
          submit: 's',
        });
        const written = /data-options="([^"]*)"/.exec(form.html)?.[1] ?? '';
        const decoded = written.replace(
          /&(amp|lt|gt|quot|#39);/g,
          (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" })[name] ?? '',
        );
        expect(JSON.parse(decoded)).toEqual(JSON.parse(JSON.stringify(options)));
      }),
    );
  });

  test('scopes in plain words; one that nobody knows is shown as it is', () => {
    expect(scopeWords('en', 'patient/Observation.rs')).toBe('Your record: read measurements');
    expect(scopeWords('de', 'patient/*.cruds')).toBe(
      'Ihre Akte: alle Daten lesen, hinzufügen, ändern und löschen',
    );
    expect(scopeWords('en', 'user/Condition.write')).toBe(
      'Everything you may see: add, change and delete diagnoses',
    );
    expect(scopeWords('en', 'patient/Observation.rs?category=vital-signs')).toContain(
      'only where: category = vital-signs',
    );
    expect(scopeWords('en', 'patient/constructor.rs')).toContain('“patient/constructor.rs”');
    expect(scopeWords('en', 'patient/Basic.r')).toBe('Your record: read Basic');
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (scope) => {
        expect(scopeWords('de', scope)).not.toBe('');
      }),
    );
  });

  test('the language: link, then what the app asks for, then the browser', () => {
    const chosen = (query: string) => chosenLanguage(new URLSearchParams(query), true)?.language;
    expect(chosen('lang=en')).toBe('en');
    expect(chosen('lang=xx')).toBeUndefined();
    expect(chosen('')).toBeUndefined();
    expect(chosenLanguage(new URLSearchParams('lang=de'), true)?.cookie).toContain('; Secure');
    const headers = { cookie: 'a=b; language=en', 'accept-language': 'de' };
    expect(requestLanguage(headers, 'de')).toBe('en');
    expect(requestLanguage({ cookie: 'language=constructor' }, 'en')).toBe('en');
    fc.assert(
      fc.property(fc.string(), (cookie) => {
        expect(['de', 'en']).toContain(requestLanguage({ cookie }));
      }),
    );
  });
});
