import type { RoomOption } from '../../xmpp-admin/backend.js'
import { isXmlText } from '../xml/characters.js'
import { LIMITS } from './limits.js'

type Kind = 'boolean' | 'text' | 'number' | 'roles' | readonly string[]

interface Definition {
  /** As ejabberd calls it. */
  readonly name: string
  readonly usual: string
  readonly kind: Kind
  /** Only when the room is made, as there. */
  readonly onlyAtFirst?: true
}

/** ejabberd's options of a room, in its order and with its defaults; docs/xmpp-rooms.md says which do something. */
export const OPTIONS = [
  { name: 'title', usual: '', kind: 'text' },
  { name: 'description', usual: '', kind: 'text' },
  { name: 'allow_change_subj', usual: 'true', kind: 'boolean' },
  { name: 'allow_query_users', usual: 'true', kind: 'boolean' },
  { name: 'allow_private_messages', usual: 'true', kind: 'boolean' },
  { name: 'allow_private_messages_from_visitors', usual: 'anyone', kind: ['anyone', 'moderators', 'nobody'] },
  { name: 'allow_visitor_status', usual: 'true', kind: 'boolean' },
  { name: 'allow_visitor_nickchange', usual: 'true', kind: 'boolean' },
  { name: 'public', usual: 'true', kind: 'boolean' },
  { name: 'public_list', usual: 'true', kind: 'boolean' },
  { name: 'persistent', usual: 'false', kind: 'boolean' },
  { name: 'moderated', usual: 'true', kind: 'boolean' },
  { name: 'captcha_protected', usual: 'false', kind: 'boolean' },
  { name: 'members_by_default', usual: 'true', kind: 'boolean' },
  { name: 'members_only', usual: 'false', kind: 'boolean' },
  { name: 'allow_user_invites', usual: 'false', kind: 'boolean' },
  { name: 'allow_subscription', usual: 'false', kind: 'boolean' },
  { name: 'password_protected', usual: 'false', kind: 'boolean' },
  { name: 'password', usual: '', kind: 'text' },
  { name: 'anonymous', usual: 'true', kind: 'boolean' },
  { name: 'presence_broadcast', usual: '[moderator,participant,visitor]', kind: 'roles' },
  { name: 'allow_voice_requests', usual: 'true', kind: 'boolean' },
  { name: 'voice_request_min_interval', usual: '1800', kind: 'number' },
  { name: 'max_users', usual: '200', kind: 'number' },
  // Nothing is written to a log, so a room never says that it is.
  { name: 'logging', usual: 'false', kind: ['false'] },
  { name: 'vcard', usual: '', kind: 'text' },
  { name: 'vcard_xupdate', usual: 'undefined', kind: 'text' },
  { name: 'captcha_whitelist', usual: '{0,nil}', kind: ['{0,nil}'], onlyAtFirst: true },
  { name: 'mam', usual: 'false', kind: 'boolean' },
  { name: 'pubsub', usual: '', kind: 'text' },
  { name: 'enable_hats', usual: 'false', kind: 'boolean', onlyAtFirst: true },
  { name: 'lang', usual: '', kind: 'text' },
] as const satisfies readonly Definition[]

export type OptionName = (typeof OPTIONS)[number]['name']
export type RoomOptions = Record<OptionName, string>

const ROLES = ['moderator', 'participant', 'visitor']

export function usualOptions(): RoomOptions {
  return Object.fromEntries(OPTIONS.map(({ name, usual }) => [name, usual])) as RoomOptions
}

/** The option in its normal form, or why it is none. */
function checkOption(
  { name, value }: RoomOption,
  atFirst: boolean,
): { name: OptionName; value: string } | 'unknown_option' | 'invalid_value' {
  const known: Definition | undefined = OPTIONS.find(each => each.name === name)
  if (!known || (known.onlyAtFirst && !atFirst)) return 'unknown_option'
  const normal = normalValue(known.kind, value)
  return normal === undefined ? 'invalid_value' : { name: known.name as OptionName, value: normal }
}

/** All of them in their normal form, or why one is none. */
export function checkOptions(
  given: readonly RoomOption[],
  atFirst: boolean,
): Partial<RoomOptions> | 'unknown_option' | 'invalid_value' {
  const checked: Partial<RoomOptions> = {}
  for (const option of given) {
    const one = checkOption(option, atFirst)
    if (typeof one === 'string') return one
    checked[one.name] = one.value
  }
  return checked
}

function normalValue(kind: Kind, value: string): string | undefined {
  if (kind === 'boolean') return value === 'true' || value === 'false' ? value : undefined
  // What XML cannot say would break the stream of everybody who is told.
  if (kind === 'text') return value.length <= LIMITS.text && isXmlText(value) ? value : undefined
  if (kind === 'number') return /^\d{1,9}$/.test(value) ? String(Number(value)) : undefined
  if (kind !== 'roles') return kind.includes(value) ? value : undefined
  const given = /^\[([a-z,\s]*)\]$/
    .exec(value)?.[1]
    ?.split(',')
    .map(role => role.trim())
  const named = given?.filter(role => role !== '')
  if (!named?.every(role => ROLES.includes(role))) return undefined
  return `[${ROLES.filter(role => named.includes(role)).join(',')}]`
}
