/** Namespace of FHIR in XML. @see https://hl7.org/fhir/R4/xml.html */
export const FHIR_NAMESPACE = 'http://hl7.org/fhir';
/** Namespace of narratives. @see https://hl7.org/fhir/R4/narrative.html */
export const XHTML_NAMESPACE = 'http://www.w3.org/1999/xhtml';
/** Namespace of namespace declarations. @see https://www.w3.org/TR/xml-names/#ns-decl */
export const XMLNS_NAMESPACE = 'http://www.w3.org/2000/xmlns/';
/** Namespace of `xsi:schemaLocation`, which says nothing about the resource. */
export const XSI_NAMESPACE = 'http://www.w3.org/2001/XMLSchema-instance';
