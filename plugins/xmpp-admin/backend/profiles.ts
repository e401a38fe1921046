import type { XmlElement } from './xml.js'

/** vCards (XEP-0054): `<vCard xmlns='vcard-temp'>`. */
export interface XmppVcards {
  get(jid: string): Promise<XmlElement | undefined>
  set(jid: string, vcard: XmlElement): Promise<'stored' | 'unknown_account' | 'too_large'>
  /** Also when there is none. */
  delete(jid: string): Promise<'deleted' | 'unknown_account'>
}

/** Private XML storage (XEP-0049). */
export interface XmppPrivates {
  /** The element of this name and namespace as it was stored; undefined where there is none. */
  get(jid: string, name: string, xmlns: string): Promise<string | undefined>
  /** `element` is the text of one element with a namespace of its own. */
  set(jid: string, element: string): Promise<'stored' | 'unknown_account' | 'invalid_xml' | 'too_large'>
}
