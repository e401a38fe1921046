import type { Field } from './form.js'
import { checkOptions, type OptionName, type RoomOptions } from './options.js'

interface OptionField extends Omit<Field, 'values'> {
  readonly option: OptionName
  /** What the form shows for the option, and the option that was meant. */
  show(value: string): string[]
  read(values: readonly string[]): string
}

const text = (option: OptionName, name: string, label: string, type = 'text-single'): OptionField => ({
  option,
  var: name,
  label,
  type,
  show: value => [value],
  read: values => values.join('\n'),
})

const yes = (option: OptionName, label: string, name = `muc#roomconfig_${option}`): OptionField => ({
  option,
  var: name,
  label,
  type: 'boolean',
  show: value => [value === 'true' ? '1' : '0'],
  read: ([value = '0']) => (value === '1' || value === 'true' ? 'true' : 'false'),
})

const config = (name: string) => `muc#roomconfig_${name}`

/** The fields of the configuration form, with the options that they are. */
export const FIELDS: readonly OptionField[] = [
  text('title', config('roomname'), 'Title'),
  text('description', config('roomdesc'), 'Description'),
  text('lang', config('lang'), 'Language of discussion'),
  yes('persistent', 'The room stays when everybody has left', config('persistentroom')),
  yes('public', 'The room is listed', config('publicroom')),
  yes('public_list', 'Everybody may ask who is in it', 'public_list'),
  yes('password_protected', 'A password is required to enter', config('passwordprotectedroom')),
  text('password', config('roomsecret'), 'Password', 'text-private'),
  text('max_users', config('maxusers'), 'Maximum number of occupants'),
  {
    option: 'anonymous',
    var: config('whois'),
    type: 'list-single',
    label: 'Who sees the real JIDs of the occupants',
    choices: ['moderators', 'anyone'],
    show: value => [value === 'true' ? 'moderators' : 'anyone'],
    read: ([value]) => (value === 'anyone' ? 'false' : 'true'),
  },
  {
    option: 'presence_broadcast',
    var: config('presencebroadcast'),
    type: 'list-multi',
    label: 'Roles whose presence everybody sees',
    choices: ['moderator', 'participant', 'visitor'],
    show: value => value.slice(1, -1).split(',').filter(Boolean),
    read: values => `[${values.join(',')}]`,
  },
  yes('members_only', 'Only members may enter', config('membersonly')),
  yes('moderated', 'Visitors may not speak to all', config('moderatedroom')),
  yes('members_by_default', 'Who enters may speak', 'members_by_default'),
  yes('allow_change_subj', 'Participants may change the subject', config('changesubject')),
  yes('allow_private_messages', 'Occupants may send private messages', 'allow_private_messages'),
  {
    ...text(
      'allow_private_messages_from_visitors',
      'allow_private_messages_from_visitors',
      'Visitors may send them to',
    ),
    type: 'list-single',
    choices: ['nobody', 'moderators', 'anyone'],
  },
  yes('allow_query_users', 'Occupants may query each other', 'allow_query_users'),
  yes('allow_user_invites', 'Occupants may invite', config('allowinvites')),
  yes('allow_visitor_status', 'Visitors may say a status', config('allowvisitorstatus')),
  yes('allow_visitor_nickchange', 'Visitors may change their nickname', config('allowvisitornickchange')),
  yes('allow_voice_requests', 'Visitors may ask for voice', config('allowvoicerequests')),
  text('voice_request_min_interval', config('voicerequestmininterval'), 'Seconds between requests for voice'),
  yes('allow_subscription', 'Users may subscribe without being in the room', config('allow_subscription')),
]

/** The options that a filled-in form sets; undefined when one of them cannot be. Unknown fields do not matter. */
export function optionsOf(fields: ReadonlyMap<string, readonly string[]>): Partial<RoomOptions> | undefined {
  const given = FIELDS.flatMap(({ var: name, option, read }) => {
    const values = fields.get(name)
    return values === undefined ? [] : [{ name: option, value: read(values) }]
  })
  const checked = checkOptions(given, false)
  if (typeof checked === 'string') return undefined
  return checked.password_protected === 'true' && checked.password === '' ? undefined : checked
}
