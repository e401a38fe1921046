/** Namespaces of multi-user chat. */
export const MUC = 'http://jabber.org/protocol/muc'
export const MUC_USER = `${MUC}#user`
export const MUC_ADMIN = `${MUC}#admin`
export const MUC_OWNER = `${MUC}#owner`
export const MUC_REQUEST = `${MUC}#request`
export const MUC_CONFIG = `${MUC}#roomconfig`
export const MUC_INFO = `${MUC}#roominfo`
/** Direct invitations (XEP-0249). */
export const CONFERENCE = 'jabber:x:conference'
/** Data forms (XEP-0004). */
export const FORM = 'jabber:x:data'
/** XEP-0077. */
export const REGISTER = 'jabber:iq:register'
/** ejabberd's MUC/Sub. */
export const SUBSCRIPTIONS = 'urn:xmpp:mucsub:0'
