import { describe, expect, test } from '@jest/globals';
import { xhtmlFault } from '../../../src/fhir/validation/xhtml.ts';

describe('FHIR R4 narrative#xhtml', () => {
  test.each([
    '<div>text</div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"><p style="color:red">once = 5 &lt; 6</p></div>',
    '<div><a href="https://example.org/?onclick=1">link</a><img src="#pic" alt="a > b"/></div>',
    '<div><!-- <script> in a comment is text --> </div>',
    '<div xmlns="http://www.w3.org/1999/xhtml"/>',
    '<div>formula and basement: the form of words</div>',
  ])('%s is safe', (xhtml) => {
    expect(xhtmlFault(xhtml)).toBeUndefined();
  });

  test.each([
    ['text', 'txt-1'],
    ['<p>text</p>', 'txt-1'],
    ['<div>text', 'txt-1'],
    ['<div><script>alert(1)</script></div>', 'txt-1'],
    ['<div><ScRiPt src="x"/></div>', 'txt-1'],
    ['<div><iframe src="x"></iframe></div>', 'txt-1'],
    ['<div><form></form></div>', 'txt-1'],
    ['<div><p onclick="x()">a</p></div>', 'txt-1'],
    ['<div><p title=">" onmouseover = "x()">a</p></div>', 'txt-1'],
    ['<div><img/onerror=x() src="a"/></div>', 'txt-1'],
    ['<div><a href="javascript:x()">a</a></div>', 'txt-1'],
    ['<div><!DOCTYPE a [<!ENTITY b "c">]></div>', 'txt-1'],
    ['<div><?php x ?></div>', 'txt-1'],
    ['<div><p </div>', 'txt-1'],
    ['<div><a title="unfinished></div>', 'txt-1'],
  ])('%s is refused', (xhtml, key) => {
    expect(xhtmlFault(xhtml)).toMatch(key);
  });

  test.each(['<', '<a ', '<a b=', '<!-- -', ' on'])(
    'a megabyte of %p is read in linear time',
    (part) => {
      const before = performance.now();
      xhtmlFault(`<div>${part.repeat(1_000_000 / part.length)}</div>`);
      expect(performance.now() - before).toBeLessThan(2000);
    },
  );
});
