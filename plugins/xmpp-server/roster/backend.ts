import type { RosterEntry, XmppRosters } from '../../xmpp-admin/backend.js'
import type { Server } from '../server.js'
import type { RosterRecord } from './record.js'
import type { Contact } from './rosters.js'

export function rostersBackend({ rosters }: Server): XmppRosters {
  return {
    get: async jid => (await rosters.list(jid)).map(entryOf),
    set: (jid, { jid: contact, nick, subscription, groups }) =>
      rosters.set(jid, contact, { nick, subscription, groups: [...groups] }),
    delete: (jid, contact) => rosters.delete(jid, contact),
    subscribeBoth: (jid, contact) =>
      rosters.change([jid, contact], draft => {
        if (!draft.exists(jid)) return 'unknown_account'
        for (const [owner, other] of sides(jid, contact)) {
          if (draft.exists(owner)) draft.put(owner, other, settled(draft.get(owner, other), 'both'))
        }
        return 'subscribed'
      }),
    unsubscribeBoth: (jid, contact) =>
      rosters.change([jid, contact], draft => {
        if (!draft.exists(jid)) return 'unknown_account'
        draft.put(jid, contact, undefined)
        const theirs = contact !== jid && draft.exists(contact) ? draft.get(contact, jid) : undefined
        if (theirs) draft.put(contact, jid, theirs.unlisted ? undefined : settled(theirs, 'none'))
        return 'unsubscribed'
      }),
    async *all() {
      for await (const { owner, contact, record } of rosters.all()) {
        if (!record.unlisted) yield { owner, entry: entryOf([contact, record]) }
      }
    },
  }
}

function sides(one: string, other: string): [owner: string, contact: string][] {
  return [
    [one, other],
    [other, one],
  ]
}

/** Listed, and without requests. */
function settled(record: RosterRecord | undefined, subscription: string): RosterRecord {
  return { nick: record?.nick ?? '', subscription, pending: 'none', groups: record?.groups ?? [] }
}

function entryOf([jid, { nick, subscription, pending, groups }]: Contact): RosterEntry {
  return { jid, nick, subscription, pending, groups }
}
