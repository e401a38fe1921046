/** Namespaces that several parts of the server speak; those of one part are named there. */
export const DISCO_INFO = 'http://jabber.org/protocol/disco#info'
export const DISCO_ITEMS = 'http://jabber.org/protocol/disco#items'
/** XEP-0199. */
export const PING = 'urn:xmpp:ping'
/** XEP-0054. */
export const VCARD = 'vcard-temp'
/** XEP-0203. */
export const DELAY = 'urn:xmpp:delay'
/** XEP-0334. */
export const HINTS = 'urn:xmpp:hints'
