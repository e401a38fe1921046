import { groupKey } from './keys.js'
import type { Sharing } from './record.js'
import { isSharing, type StoredGroups } from './stored-groups.js'

/** What groups give somebody: the contacts, or those of `among`, and how they stand to each other. */
export async function sharingOf(
  stored: StoredGroups,
  owner: string,
  among?: readonly string[],
): Promise<Map<string, Sharing>> {
  const shared = new Map<string, Sharing>()
  const sharers = (key: string) => among?.filter(jid => stored.isSharer(key, jid)) ?? stored.sharers(key)
  const give = (contact: string) => {
    const known = shared.get(contact) ?? { to: false, from: false, labels: new Set() }
    shared.set(contact, known)
    return known
  }
  for (const [key, membership] of await stored.groupsOf(owner)) {
    const group = stored.group(key)
    if (!group || group.leaving || !isSharing(membership)) continue
    const [host = ''] = key.split('/', 1)
    for (const id of group.displayed) {
      const displayed = stored.group(groupKey(host, id))
      if (!displayed || displayed.leaving) continue
      for (const contact of await sharers(groupKey(host, id))) {
        const contactSharing = give(contact)
        contactSharing.to = true
        if (displayed.label !== '') contactSharing.labels.add(displayed.label)
      }
    }
    for (const displayer of await stored.displayers(key)) {
      if (!stored.group(displayer) || stored.group(displayer)!.leaving) continue
      for (const contact of await sharers(displayer)) give(contact).from = true
    }
  }
  shared.delete(owner)
  return shared
}
