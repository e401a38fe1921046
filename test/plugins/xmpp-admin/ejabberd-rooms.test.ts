import test from 'ava'
import { asAdmin, EVERYTHING_ELSE, openHouse, type TestHouse } from '../../faces/house.js'

const EJABBERD = { port: 0, request_handlers: { '/api': 'mod_http_api' } }
const SERVICE = 'conference.localhost'

let house: TestHouse

test.before(async () => {
  house = await openHouse({
    config: { listen: [EJABBERD, EVERYTHING_ELSE] },
    start: ['xmpp-server', 'xmpp-admin'],
  })
})

test.after.always(() => house.close())

async function call(command: string, given: object, version = ''): Promise<[status: number, body: unknown]> {
  const answer = await house.ask(
    asAdmin({ method: 'POST', path: `/api/${command}${version}`, body: JSON.stringify(given) }),
  )
  return [answer.status, JSON.parse(answer.body)]
}

test.serial('the recorded exchanges about rooms are answered as recorded', async t => {
  const room1 = { name: 'room1', service: SERVICE }
  const room2 = { name: 'room2', service: SERVICE }
  const options = [
    { name: 'persistent', value: 'true' },
    { name: 'title', value: 'T' },
  ]
  const nodes = 'urn:xmpp:mucsub:nodes:messages'
  const subscription = { user: 'bob@localhost/x', nick: 'Bob', room: `room2@${SERVICE}`, nodes }
  const shown = (jid: string) => ({ jid, public: 'true', participants: 0 })
  const exchanges: [command: string, given: object, status: number, body: unknown][] = [
    ['create_room', { ...room1, host: 'localhost' }, 200, 0],
    ['create_room', { ...room1, host: 'localhost' }, 400, 'Room already exists'],
    ['create_room_with_opts', { ...room2, host: 'localhost', options }, 200, 0],
    [
      'muc_online_rooms_by_regex',
      { service: 'global', regex: '^room' },
      200,
      [shown(`room1@${SERVICE}`), shown(`room2@${SERVICE}`)],
    ],
    ['change_room_option', { ...room2, option: 'title', value: 'T2' }, 200, 0],
    ['set_room_affiliation', { ...room2, jid: 'alice@localhost', affiliation: 'owner' }, 200, 0],
    [
      'get_room_affiliations',
      room2,
      200,
      [{ username: 'alice', domain: 'localhost', affiliation: 'owner', reason: '' }],
    ],
    ['get_room_affiliation', { ...room2, jid: 'alice@localhost' }, 200, { affiliation: 'owner' }],
    ['get_room_occupants', room2, 200, []],
    ['get_room_occupants_number', room2, 200, { occupants: 0 }],
    ['get_room_occupants', { name: 'noroom', service: SERVICE }, 400, 'room_not_found'],
    ['get_user_rooms', { user: 'alice', host: 'localhost' }, 200, []],
    [
      'send_direct_invitation',
      { ...room2, password: 'none', reason: 'none', users: 'alice@localhost:bob@localhost' },
      200,
      0,
    ],
    ['subscribe_room', subscription, 400, 'Subscriptions are not allowed'],
    ['get_subscribers', room2, 200, []],
    ['rooms_unused_list', { service: SERVICE, days: 1 }, 200, []],
    ['destroy_room', room1, 200, 0],
    ['destroy_room', room1, 400, "Room doesn't exists"],
    ['get_room_options', { room: 'room2', service: SERVICE }, 400, 'Request have missing argument: name'],
  ]
  for (const [command, given, status, body] of exchanges) {
    t.deepEqual(await call(command, given), [status, body], `${command} ${JSON.stringify(given)}`)
  }
  const answer = await house.ask(
    asAdmin({ method: 'POST', path: '/api/get_room_options', body: JSON.stringify(room2) }),
  )
  t.is(answer.body, RECORDED.replace('"T"', '"T2"'))
})

/** With the order of the names. */
const RECORDED =
  '{"title":"T","description":"","allow_change_subj":"true","allow_query_users":"true","allow_private_messages":"true","allow_private_messages_from_visitors":"anyone","allow_visitor_status":"true","allow_visitor_nickchange":"true","public":"true","public_list":"true","persistent":"true","moderated":"true","captcha_protected":"false","members_by_default":"true","members_only":"false","allow_user_invites":"false","allow_subscription":"false","password_protected":"false","password":"","anonymous":"true","presence_broadcast":"[moderator,participant,visitor]","allow_voice_requests":"true","voice_request_min_interval":"1800","max_users":"200","logging":"false","vcard":"","vcard_xupdate":"undefined","captcha_whitelist":"{0,nil}","mam":"false","pubsub":"","enable_hats":"false","lang":""}'

test.serial(
  'what is wrong with a room, a service, an option or a user is said in the words of the original',
  async t => {
    const den = { name: 'den', service: SERVICE }
    t.deepEqual(await call('create_room', { ...den, host: 'localhost' }), [200, 0])
    const refused: [command: string, given: object, body: string][] = [
      ['create_room', { name: 'a b', service: SERVICE, host: 'localhost' }, "Invalid 'name'"],
      ['create_room', { name: 'a', service: 'localhost', host: 'localhost' }, "Invalid 'service'"],
      ['destroy_room', { name: 'a', service: 'conference.nope.example' }, "Invalid 'service'"],
      ['destroy_room', { name: '', service: SERVICE }, "Invalid 'name'"],
      ['change_room_option', { name: 'no', service: SERVICE, option: 'title', value: 'x' }, 'Room not found'],
      ['change_room_option', { ...den, option: 'colour', value: 'x' }, 'Unknown option'],
      ['change_room_option', { ...den, option: 'public', value: 'maybe' }, 'Invalid value for that option'],
      ['change_room_option', { ...den, option: 'max_users', value: '-1' }, 'Invalid value for that option'],
      ['change_room_option', { ...den, option: 'logging', value: 'true' }, 'Invalid value for that option'],
      [
        'change_room_option',
        { ...den, option: 'presence_broadcast', value: '[king]' },
        'Invalid value for that option',
      ],
      ['change_room_option', { ...den, option: 'title', value: 'a\u0001b' }, 'Invalid value for that option'],
      [
        'create_room_with_opts',
        { name: 'x', service: SERVICE, host: 'localhost', options: [7] },
        'Arg 7 is not in format {tuple,[{name,binary},{value,binary}]}',
      ],
      ['set_room_affiliation', { ...den, jid: 'a@localhost', affiliation: 'king' }, 'Invalid affiliation'],
      ['set_room_affiliation', { ...den, jid: '@@', affiliation: 'owner' }, "Invalid 'jid'"],
      [
        'set_room_affiliation',
        { name: 'no', service: SERVICE, jid: 'a@localhost', affiliation: 'none' },
        "Room doesn't exists",
      ],
      ['get_room_affiliations', { name: 'no', service: SERVICE }, 'The room does not exist.'],
      ['get_room_affiliation', { name: 'no', service: SERVICE, jid: 'a@localhost' }, 'The room does not exist.'],
      ['get_room_occupants_number', { name: 'no', service: SERVICE }, 'room_not_found'],
      [
        'send_direct_invitation',
        { name: 'no', service: SERVICE, password: '', reason: '', users: 'a@localhost' },
        'room_not_found',
      ],
      ['subscribe_room', { user: 'a@localhost', nick: '', room: `den@${SERVICE}`, nodes: '' }, 'Nickname must be set'],
      ['subscribe_room', { user: 'a@localhost', nick: 'a', room: SERVICE, nodes: '' }, 'Malformed room JID'],
      ['subscribe_room', { user: '@', nick: 'a', room: `den@${SERVICE}`, nodes: '' }, 'Malformed user JID'],
      [
        'subscribe_room',
        { user: 'a@localhost', nick: 'a', room: `no@${SERVICE}`, nodes: '' },
        'The room does not exist',
      ],
      ['unsubscribe_room', { user: 'a@localhost', room: `no@${SERVICE}` }, 'The room does not exist'],
      ['get_subscribers', { name: 'no', service: SERVICE }, 'The room does not exist'],
      ['muc_online_rooms', { service: 'nope.example' }, "Invalid 'service'"],
    ]
    for (const [command, given, body] of refused) {
      t.deepEqual(await call(command, given), [400, body], `${command} ${JSON.stringify(given)}`)
    }
    t.deepEqual(await call('get_room_options', { name: 'no', service: SERVICE }), [200, {}])
    const [status, body] = await call('muc_online_rooms_by_regex', { service: 'global', regex: '(' })
    t.is(status, 400)
    t.regex(String(body), /^Invalid 'regex': /)
    const users = Array.from({ length: 51 }, (_, n) => ({ jid: `u${n}@localhost`, nick: `u${n}` }))
    t.deepEqual(await call('subscribe_room_many', { users, room: `den@${SERVICE}`, nodes: '' }), [
      400,
      'Too many users in subscribe_room_many command',
    ])
    t.deepEqual(await call('destroy_room', den), [200, 0])
  },
)

test.serial('users are subscribed where the room allows it, in the forms of all versions', async t => {
  const messages = 'urn:xmpp:mucsub:nodes:messages'
  const subject = 'urn:xmpp:mucsub:nodes:subject'
  const given = {
    name: 'club',
    service: SERVICE,
    host: 'localhost',
    options: [{ name: 'allow_subscription', value: 'true' }],
  }
  t.deepEqual(await call('create_room_with_opts', given), [200, 0])
  const room = `club@${SERVICE}`
  const bob = { user: 'bob@localhost', nick: 'Bob', room, nodes: `${messages} , urn:nonsense,${subject}` }
  t.deepEqual(await call('subscribe_room', bob), [200, [messages, subject]])
  const carol = { user: 'carol@localhost', nick: 'Bob', room, nodes: [messages] }
  t.deepEqual(await call('subscribe_room', carol, '/v1'), [400, 'That nickname is already in use by another occupant'])
  const third = { user: 'carol', host: 'localhost', nick: 'Carol', room: 'club', service: SERVICE, nodes: [messages] }
  t.deepEqual(await call('subscribe_room', third, '/v3'), [200, [messages]])
  const many = { users: [{ jid: 'dave@localhost', nick: 'Dave' }], room, nodes: messages }
  t.deepEqual(await call('subscribe_room_many', many), [200, 0])
  const listed = ['bob@localhost', 'carol@localhost', 'dave@localhost']
  t.deepEqual(await call('get_subscribers', { name: 'club', service: SERVICE }), [200, listed])
  t.deepEqual(await call('get_user_subscriptions', { user: 'bob', host: 'localhost' }), [
    200,
    [{ roomjid: room, usernick: 'Bob', nodes: [messages, subject] }],
  ])
  t.deepEqual(await call('unsubscribe_room', { user: 'bob@localhost', room }), [200, 0])
  t.deepEqual(await call('unsubscribe_room', { user: 'bob@localhost', room }), [200, 0], 'as the original')
  t.deepEqual(await call('get_user_subscriptions', { user: 'bob', host: 'localhost' }), [200, []])
  t.deepEqual(await call('destroy_room', { name: 'club', service: SERVICE }), [200, 0])
})

test.serial('later versions have their own arguments and rows', async t => {
  const hall = { room: 'hall', service: SERVICE }
  t.deepEqual(await call('create_room', { ...hall, host: 'localhost' }, '/v1'), [200, 0])
  t.deepEqual(
    await call('set_room_affiliation', { ...hall, user: 'a', host: 'localhost', affiliation: 'member' }, '/v3'),
    [200, 0],
  )
  t.deepEqual(await call('get_room_affiliations', hall, '/v3'), [
    200,
    [{ jid: 'a@localhost', affiliation: 'member', reason: '' }],
  ])
  t.deepEqual(await call('get_room_affiliation', { ...hall, jid: 'a@localhost' }, '/v1'), [200, 'member'])
  t.deepEqual(await call('get_room_occupants_number', { name: 'hall', service: SERVICE }, '/v2'), [200, 0])
  t.deepEqual(
    await call('send_direct_invitation', { ...hall, password: '', reason: '', users: ['a@localhost'] }, '/v1'),
    [200, 0],
  )
  t.deepEqual(await call('muc_online_rooms', { host: SERVICE }), [200, [`hall@${SERVICE}`, `room2@${SERVICE}`]])
  t.deepEqual(await call('rooms_empty_list', { service: 'global' }), [200, [`room2@${SERVICE}`]])
  t.deepEqual(await call('rooms_empty_destroy', { service: SERVICE }), [200, [`room2@${SERVICE}`]])
  t.deepEqual(await call('rooms_unused_destroy', { service: SERVICE, days: 0 }), [200, [`hall@${SERVICE}`]])
  t.deepEqual(await call('muc_online_rooms', { service: 'global' }), [200, []])
})

test.serial('a nick is registered for one account, and given back', async t => {
  const tim = { nick: 'Tim', jid: 'tim@localhost', service: SERVICE }
  t.deepEqual(await call('muc_register_nick', tim), [200, 0])
  t.deepEqual(await call('muc_register_nick', { ...tim, jid: 'tom@localhost' }), [400, 'Nick already registered'])
  t.deepEqual(await call('muc_register_nick', { ...tim, nick: 'Timmy' }), [200, 0], 'in place of the first')
  const third = { nick: 'Tim', user: 'tom', host: 'localhost', service: SERVICE }
  t.deepEqual(await call('muc_register_nick', third, '/v3'), [200, 0])
  t.deepEqual(await call('muc_unregister_nick', { jid: 'tom@localhost', host: SERVICE }), [200, 0])
  t.deepEqual(
    await call('muc_unregister_nick', { jid: 'tom@localhost', service: SERVICE }),
    [200, 0],
    'as the original',
  )
  t.deepEqual(await call('muc_register_nick', tim), [200, 0])
  t.deepEqual(await call('muc_register_nick', { ...tim, jid: '@' }), [400, "Invalid 'jid'"])
  t.deepEqual(await call('muc_register_nick', { ...tim, service: 'localhost' }), [400, "Invalid 'service'"])
  t.deepEqual(await call('muc_register_nick', { ...tim, nick: '\u0001' }), [400, "Invalid 'nick'"])
})
