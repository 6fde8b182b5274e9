import type { Random } from '../bench/random.ts';
import { type FuzzCase, withBody } from './case.ts';
import { nasty } from './words.ts';

const NAMESPACE = 'xmlns="http://hl7.org/fhir"';

const SOUND = [
  `<Patient ${NAMESPACE}><id value="fuzz"/><active value="true"/><name><family value="F"/></name></Patient>`,
  `<Observation ${NAMESPACE}><status value="final"/><code><text value="c"/></code><valueQuantity><value value="1.10"/></valueQuantity></Observation>`,
  `<Patient ${NAMESPACE}><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>x</p></div></text></Patient>`,
] as const;

const HEADS = [
  '<?xml version="1.0"?>',
  '<?xml version="1.1" encoding="UTF-16"?>',
  '<?xml-stylesheet href="http://127.0.0.1:9/x"?>',
  '<!DOCTYPE p [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
  `<!DOCTYPE p [<!ENTITY a "aaaaaaaaaa">${Array.from({ length: 12 }, (_, i) => `<!ENTITY a${String(i)} "${`&a${i === 0 ? '' : String(i - 1)};`.repeat(10)}">`).join('')}]>`,
  '<!DOCTYPE p PUBLIC "x" "http://127.0.0.1:9/x.dtd">',
  '\ufeff',
  '<!-- c --><?pi x?>',
] as const;

/** A create with an XML body that is wrong, hostile, or both. */
export function xmlCase(random: Random): FuzzCase {
  let text: string = random.pick(SOUND);
  const times = random.below(4);
  for (let i = 0; i < times; i += 1) text = mutateXml(random, text);
  if (random.next() < 0.4) text = random.pick(HEADS) + text;
  if (random.next() < 0.05) text = deep(random.below(50_000));
  const target = random.pick([
    '/Patient',
    '/Observation',
    '/Patient/fuzz',
    '',
    '/Patient/$validate',
  ]);
  return withBody('xml', target === '/Patient/fuzz' ? 'PUT' : 'POST', target, text, {
    'content-type': random.pick([
      'application/fhir+xml',
      'application/xml; charset=utf-8',
      'text/xml',
    ]),
    accept: random.pick(['application/fhir+xml', 'application/fhir+json', '*/*']),
  });
}

function mutateXml(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const insert = random.pick<() => string>([
    () => '&a11;',
    () => '&x;',
    () => '&#0;',
    () => '&#x1F600;',
    () => '<![CDATA[<x/>]]>',
    () => '<extension url="u"><valueString value="v"/></extension>',
    () => '<x/>',
    () => '<script>alert(1)</script>',
    () => ` ${'a="1" '.repeat(random.below(50))}`,
    () => escapeXml(nasty(random)),
    () => nasty(random),
    () => '<contained>'.repeat(random.below(300)),
  ])();
  if (random.next() < 0.3) return text.slice(0, at);
  return text.slice(0, at) + insert + text.slice(at);
}

function deep(levels: number): string {
  return `<Patient ${NAMESPACE}>${'<extension>'.repeat(levels)}${'</extension>'.repeat(levels)}</Patient>`;
}

function escapeXml(text: string): string {
  return text.replace(/[<&"]/g, (character) => `&#${String(character.charCodeAt(0))};`);
}
