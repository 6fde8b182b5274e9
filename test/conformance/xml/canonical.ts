import { SaxesParser } from 'saxes';

/**
 * What an XML document says, without what it does not say: white space between elements, comments, the order of
 * attributes and the way namespaces are declared. Narratives keep their text.
 */
export function canonical(text: string): string {
  const lines: string[] = [];
  let narrative = 0;
  const parser = new SaxesParser({ xmlns: true });
  parser.on('opentag', ({ local, uri, attributes }) => {
    if (narrative > 0 || local === 'div') narrative += 1;
    const shown = Object.values(attributes)
      .filter((attribute) => !/^xmlns$|schemaLocation/.test(attribute.prefix || attribute.local))
      .filter(({ local: name }) => name !== 'schemaLocation')
      .map(({ local: name, value }) => `${name}=${JSON.stringify(value)}`)
      .sort();
    lines.push(`<${uri.endsWith('xhtml') ? 'h:' : ''}${local} ${shown.join(' ')}`);
  });
  parser.on('closetag', () => {
    if (narrative > 0) narrative -= 1;
    lines.push('>');
  });
  parser.on('text', (content) => {
    if (narrative > 0) lines.push(JSON.stringify(content));
  });
  parser.write(text).close();
  return lines.join('\n');
}
