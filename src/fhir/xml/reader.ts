import type { SaxesTagNS } from 'saxes';
import type { ParsedJson } from '../../json/exact.ts';
import {
  closeList,
  type Frame,
  type MutableObject,
  type NarrativeFrame,
  type ObjectFrame,
  type PrimitiveFrame,
  type WrapperFrame,
} from './frame.ts';
import { isRawNumber, jsonValue } from './lexical.ts';
import { FHIR_NAMESPACE, XHTML_NAMESPACE, XMLNS_NAMESPACE, XSI_NAMESPACE } from './names.ts';
import type {
  StructurePlan,
  StructurePlans,
  StructureProperty,
} from '../../definitions/structure-plan.ts';
import { SHOWN, shownName, xmlProblems } from './problems.ts';

/** Puts a resource together out of the elements of an XML document, as they come. */
export class XmlReader {
  /** Line and column of the present place. */
  at: () => readonly [number, number] = () => [0, 0];
  readonly #plans: StructurePlans;
  readonly #source: string;
  readonly #extension: StructurePlan | undefined;
  readonly #frames: Frame[] = [];
  readonly #problems = xmlProblems();
  #root: MutableObject | undefined;
  #exactNumbers = false;

  constructor(plans: StructurePlans, source: string) {
    this.#plans = plans;
    this.#source = source;
    this.#extension = plans('Extension');
  }

  get depth(): number {
    return this.#frames.length;
  }

  result(): ParsedJson {
    this.#problems.settle();
    const exact = this.#root;
    if (!this.#exactNumbers) return { value: exact, exact };
    return { value: JSON.parse(JSON.stringify(exact)) as unknown, exact };
  }

  open(tag: SaxesTagNS, start: number): void {
    const parent = this.#frames.at(-1);
    if (parent?.kind === 'narrative' || parent?.kind === 'inner') {
      if (tag.uri !== XHTML_NAMESPACE || tag.prefix !== '')
        this.#problem('An element of another namespace than XHTML in a narrative');
      this.#frames.push({ kind: 'inner', name: 'div', path: 'div', index: -1 });
    } else if (parent?.kind === 'skipped') {
      this.#skip(tag);
    } else if (tag.uri !== FHIR_NAMESPACE && !isNarrative(tag)) {
      this.#skip(
        tag,
        `The namespace of the element ${shownName(tag.local)} is not ${FHIR_NAMESPACE}`,
      );
    } else if (parent === undefined || parent.kind === 'wrapper') this.#openResource(tag, parent);
    else if (parent.kind === 'primitive') this.#openExtension(tag, parent);
    else this.#openChild(tag, parent, start);
  }

  close(end: number): void {
    const frame = this.#frames.at(-1);
    switch (frame?.kind) {
      case 'object':
        closeList(frame);
        if (!frame.flawed && Object.keys(frame.object).length === 0)
          this.#problem('The element is empty');
        break;
      case 'primitive':
        this.#closePrimitive(frame);
        break;
      case 'wrapper':
        if (!frame.filled) this.#problem('The element holds no resource');
        break;
      case 'narrative':
        frame.put(this.#source.slice(frame.start, end).replaceAll('\r\n', '\n'));
        break;
      default:
    }
    this.#frames.pop();
  }

  text(content: string): void {
    const kind = this.#frames.at(-1)?.kind;
    if (kind === 'narrative' || kind === 'inner' || kind === 'skipped') return;
    if (content.trim() !== '') this.#problem('Text between elements; values stand in attributes');
  }

  #openResource(tag: SaxesTagNS, wrapper: WrapperFrame | undefined): void {
    const { local: type } = tag;
    const plan = this.#plans(type);
    if (plan === undefined || !/^[A-Z]/.test(type) || plan.attributes.length > 0) {
      return this.#skip(tag, `There is no resource type ${shownName(type)}`);
    }
    if (wrapper?.filled === true) return this.#skip(tag, 'More than one resource');
    const object: MutableObject = { resourceType: type };
    if (wrapper === undefined) this.#root = object;
    else {
      wrapper.put(object);
      wrapper.filled = true;
    }
    this.#push({ name: type, path: type, index: -1 }, plan, object);
    this.#attributes(tag, [], object);
  }

  #openExtension(tag: SaxesTagNS, { beside }: PrimitiveFrame): void {
    if (tag.local !== 'extension' || this.#extension === undefined) {
      return this.#skip(tag, `Unknown element ${shownName(tag.local)} in a primitive value`);
    }
    const list = (beside['extension'] ??= []) as MutableObject[];
    const object: MutableObject = {};
    this.#push(
      { name: 'extension', path: 'extension', index: list.length },
      this.#extension,
      object,
    );
    list.push(object);
    this.#attributes(tag, this.#extension.attributes, object);
  }

  #openChild(tag: SaxesTagNS, parent: ObjectFrame, start: number): void {
    const property = this.#property(tag, parent);
    if (property === undefined) return;
    const { name, path, kind, list } = property;
    const place = { name, path, index: list ? parent.count - 1 : -1 };
    const put = (value: unknown): void => {
      if (list) ((parent.object[name] ??= []) as unknown[]).push(value);
      else parent.object[name] = value;
    };
    if (kind === 'complex') {
      const plan = property.content();
      const object: MutableObject = {};
      put(object);
      this.#push(place, plan, object);
      this.#attributes(tag, plan.attributes, object);
    } else if (kind === 'resource') {
      this.#frames.push({ kind: 'wrapper', ...place, put, filled: false });
      this.#attributes(tag, [], {});
    } else if (kind === 'xhtml') {
      const frame: NarrativeFrame = { kind: 'narrative', ...place, start, put };
      this.#frames.push(frame);
      if (tag.prefix !== '' || tag.uri !== XHTML_NAMESPACE)
        this.#problem(`The narrative must declare ${XHTML_NAMESPACE} as its namespace`);
    } else this.#openPrimitive(tag, parent, property, place);
  }

  #openPrimitive(
    tag: SaxesTagNS,
    parent: ObjectFrame,
    property: StructureProperty,
    place: Pick<Frame, 'name' | 'path' | 'index'>,
  ): void {
    const beside: MutableObject = {};
    const text = tag.attributes['value']?.value;
    const value = text === undefined ? undefined : jsonValue(property.kind, text);
    if (isRawNumber(value)) this.#exactNumbers = true;
    const flawed = text !== undefined && value === undefined;
    this.#frames.push({ kind: 'primitive', ...place, property, parent, value, beside, flawed });
    if (flawed) this.#problem(`The value is no ${property.kind}`);
    this.#attributes(tag, ID, beside, 'value');
  }

  #closePrimitive({ property, parent, value, beside, flawed }: PrimitiveFrame): void {
    const { name, shadow, list } = property;
    const bare = Object.keys(beside).length === 0;
    if (value === undefined && bare && !flawed)
      this.#problem('The element has neither value nor extension');
    if (!list) {
      if (value !== undefined) parent.object[name] = value;
      if (!bare) parent.object[shadow] = beside;
      return;
    }
    parent.list ??= { property, values: [], besides: [] };
    parent.list.values.push(value ?? null);
    parent.list.besides.push(bare ? null : beside);
  }

  /** The property of a child, where it may stand there. */
  #property(tag: SaxesTagNS, parent: ObjectFrame): StructureProperty | undefined {
    const property = parent.plan.properties.get(tag.local);
    const problem = misplaced(tag, parent.last, property);
    if (problem !== undefined || property === undefined) {
      this.#skip(tag, problem);
      return undefined;
    }
    if (parent.last !== property) {
      closeList(parent);
      parent.last = property;
      parent.count = 0;
    }
    parent.count += 1;
    return property;
  }

  /** Takes the attributes that an element may have; what it has beside them is a problem. */
  #attributes(
    tag: SaxesTagNS,
    known: readonly Pick<StructureProperty, 'name'>[],
    into: MutableObject,
    value?: 'value',
  ): void {
    for (const name in tag.attributes) {
      const attribute = tag.attributes[name];
      if (attribute === undefined) continue;
      const { prefix, local, uri, value: text } = attribute;
      if (uri === XMLNS_NAMESPACE || uri === XSI_NAMESPACE || (prefix === '' && local === value))
        continue;
      if (prefix === '' && known.some(({ name }) => name === local)) into[local] = text;
      else this.#problem(`Unknown attribute ${shownName(local)}`);
    }
  }

  #push(
    place: Pick<Frame, 'name' | 'path' | 'index'>,
    plan: StructurePlan,
    object: MutableObject,
  ): void {
    this.#frames.push({
      kind: 'object',
      ...place,
      plan,
      object,
      last: undefined,
      count: 0,
      list: undefined,
      flawed: false,
    });
  }

  #skip({ local }: SaxesTagNS, text?: string): void {
    const parent = this.#frames.at(-1);
    if (parent?.kind === 'object') parent.flawed = true;
    const name = SHOWN.test(local) ? local : '_';
    this.#frames.push({ kind: 'skipped', name, path: name, index: -1 });
    if (text !== undefined) this.#problem(text);
  }

  #problem(text: string): void {
    this.#problems.add(text, this.#frames, ...this.at());
  }
}

const ID = [{ name: 'id' }];

function isNarrative({ local, uri }: SaxesTagNS): boolean {
  return local === 'div' && uri === XHTML_NAMESPACE;
}

/** Why a child may not stand where it does. */
function misplaced(
  { local, uri }: SaxesTagNS,
  last: StructureProperty | undefined,
  property: StructureProperty | undefined,
): string | undefined {
  const shown = shownName(local);
  if (property === undefined || property.attribute) return `Unknown element ${shown}`;
  if ((uri === XHTML_NAMESPACE) !== (property.kind === 'xhtml'))
    return `The element ${shown} is of the wrong namespace`;
  if (last === undefined || last.order < property.order) return undefined;
  if (last.order > property.order) return `The element ${shown} must stand before "${last.name}"`;
  if (last !== property) return `More than one type of ${property.path}[x]`;
  return property.list ? undefined : `The element ${shown} may stand only once`;
}
