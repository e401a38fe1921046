import { bareJid } from 'patchbay'
import { z } from 'zod'
import { type Access, type Item, NO_BLOCKS, type Step } from './blocks.js'
import { readAccess, readSteps } from './read-access.js'
import { readItems } from './read-items.js'
import { readRules } from './read-rule.js'
import { type Place, readBy } from './reading.js'

/** Each acl may name another one; that many in a row are more than anybody means. */
const DEEPEST = 50

/** `acl`: names for callers. */
export const aclBlock = readBy(readAcl)
/** `access_rules`: names for lines of allow and deny. */
export const accessRulesBlock = readBy(readAccessRules)
/** `api_permissions`: who may call what. */
export const apiPermissionsBlock = readBy(readRules)
/** `oauth_access`: who may get a token; without it, the acl `admin`. */
export const oauthAccessBlock = readBy((place): Access => (place.empty ? NO_BLOCKS.oauth_access : readAccess(place)))
/** `admins`: JIDs that administer admin_rest, as the option of Prosody. */
export const adminsBlock = readBy(readAdmins)

/** The blocks together, in all the forms that ejabberd accepts (contracts/xmpp.md §3.4); the result is `Blocks`. */
export const permissionBlocks = z.strictObject({
  acl: aclBlock,
  access_rules: accessRulesBlock,
  api_permissions: apiPermissionsBlock,
  oauth_access: oauthAccessBlock,
  admins: adminsBlock,
})

function readAcl(place: Place): Map<string, Item[]> {
  const { found: acls, places } = readNamed(place, 'the name of an acl', readItems)
  for (const [name, place] of places) {
    const way = circle(acls, name)
    if (way) place.refuse(`expected no circle and no more than ${DEEPEST} in a row, but it goes ${way.join(' → ')}`)
  }
  return acls
}

function readAccessRules(place: Place): Map<string, Step[]> {
  return readNamed(place, 'the name of an access rule', readSteps).found
}

function readNamed<T>(place: Place, what: string, read: (place: Place) => T[]) {
  const found = new Map<string, T[]>()
  const places = new Map<string, Place>()
  for (const { key, place: part } of place.parts()) {
    if (key === undefined) part.refuse(`expected ${what} and a colon`)
    else if (key === 'all' || key === 'none')
      part.refuse(`expected another name, since "${key}" has its meaning already`)
    else {
      found.set(key, [...(found.get(key) ?? []), ...read(part)])
      places.set(key, part)
    }
  }
  return { found, places }
}

/** The names from `name` back to itself, or to a depth that is too much. */
function circle(acls: ReadonlyMap<string, readonly Item[]>, name: string): string[] | undefined {
  const ways: string[][] = [[name]]
  const seen = new Set<string>()
  for (let way = ways.pop(); way !== undefined; way = ways.pop()) {
    for (const { key, value } of acls.get(way.at(-1)!) ?? []) {
      if (key !== 'acl') continue
      const longer = [...way, value]
      if (value === name) return longer
      if (longer.length > DEEPEST) return [...longer.slice(0, 3), '…']
      if (!seen.has(value)) ways.push(longer)
      seen.add(value)
    }
  }
  return undefined
}

function readAdmins(place: Place): string[] {
  return [...place.values()].flatMap(value => {
    if (value.empty) return []
    const text = value.text()
    const jid = text === undefined || text.includes('/') ? undefined : bareJid(text)
    if (jid !== undefined) return [jid]
    value.refuse('expected a JID such as admin@localhost')
    return []
  })
}
