import test from 'ava'
import { asAdmin, openHouse, type TestHouse } from '../../../faces/house.js'

interface Answered {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: what an endpoint answers is what the test says about it
  body: any
}

type Ask = (method: string, path: string, body?: unknown) => Promise<Answered>

function withHouse(act: (ask: Ask, house: TestHouse) => Promise<void>) {
  return async () => {
    const house = await openHouse({
      start: ['mqtt-broker', 'mqtt-admin'],
      plugins: { 'mqtt-broker': { port: 0, ws_port: false, password_cost: 1024 } },
    })
    const ask: Ask = async (method, path, body) => {
      const sent =
        body === undefined ? {} : { body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } }
      const answer = await house.ask(asAdmin({ method, path: `/mqtt/v1${path}`, ...sent }))
      return { status: answer.status, body: answer.body === '' ? undefined : JSON.parse(answer.body) }
    }
    try {
      await act(ask, house)
    } finally {
      await house.close()
    }
  }
}

test.serial('users: added, listed by name, changed, removed', async t => {
  await withHouse(async ask => {
    const added = await ask('POST', '/users', { name: 'b/ob', password: 'secret' })
    t.like(added, { status: 200, body: { name: 'b/ob', disabled: false } })
    t.regex(added.body.created_at, /^\d{4}-.*Z$/)
    t.is((await ask('POST', '/users', { name: 'b/ob', password: 'x' })).status, 409)
    await ask('POST', '/users', { name: 'anna', disabled: true })
    const first = (await ask('GET', '/users?limit=1')).body
    t.like(first, { users: [{ name: 'anna', disabled: true }], total: 2 })
    const second = (await ask('GET', `/users?limit=1&after=${first.next}`)).body
    t.like(second, { users: [{ name: 'b/ob' }], total: 2 })
    t.false('next' in second)
    t.like(await ask('PUT', '/users/b%2Fob', { disabled: true }), { status: 200, body: { disabled: true } })
    t.like(await ask('GET', '/users/b%2Fob'), { status: 200, body: { name: 'b/ob', disabled: true } })
    t.deepEqual((await ask('DELETE', '/users/b%2Fob')).body, { name: 'b/ob', removed: true })
    for (const [method, body] of [['GET'], ['DELETE'], ['PUT', { disabled: true }]] as const) {
      t.is((await ask(method, '/users/b%2Fob', body)).status, 404, method)
    }
  })()
})

test.serial('rules: added in their place, listed, asked, removed', async t => {
  await withHouse(async ask => {
    const last = (await ask('POST', '/acl', { permit: false, action: 'all', topic: '#' })).body
    t.deepEqual(Object.keys(last), ['id', 'permit', 'action', 'topic'])
    const given = {
      permit: true,
      action: 'publish',
      topic: 'own/%u',
      user: 'bob',
      client_id: 'c',
      address: '10.0.0.0/8',
    }
    const first = (await ask('POST', '/acl', { ...given, before: last.id })).body
    t.deepEqual(first, { id: first.id, ...given })
    t.deepEqual((await ask('GET', '/acl')).body, { rules: [first, last], total: 2 })
    const page = (await ask('GET', '/acl?limit=1')).body
    t.deepEqual(page.rules, [first])
    t.deepEqual((await ask('GET', `/acl?after=${page.next}`)).body, { rules: [last], total: 2 })
    const decide = async (query: string) => (await ask('GET', `/acl/decide?${query}`)).body
    const mine = 'action=publish&topic=own/bob&user=bob&client_id=c&address=10.1.1.1'
    t.deepEqual(await decide(mine), { permit: true, rule: first })
    t.deepEqual(await decide('action=publish&topic=own/bob'), { permit: false, rule: last })
    t.deepEqual((await ask('DELETE', `/acl/${last.id}`)).body, { id: last.id, removed: true })
    t.deepEqual(await decide('action=subscribe&topic=own/%23'), { permit: true, rule: null })
    t.is((await ask('DELETE', `/acl/${last.id}`)).status, 404)
    t.is((await ask('POST', '/acl', { ...given, before: last.id })).status, 404)
  })()
})

test.serial('bans: for a time or until lifted, by whom and why', async t => {
  await withHouse(async ask => {
    const began = Date.now()
    const ban = (await ask('POST', '/bans', { kind: 'address', who: '10.1.2.3/8', reason: 'scan', seconds: 60 })).body
    t.like(ban, { id: 'address:10.0.0.0/8', who: '10.0.0.0/8', by: 'admin', reason: 'scan', disconnected: 0 })
    const lasts = Date.parse(ban.until) - began
    t.true(lasts >= 60_000 && lasts < 90_000)
    const until = new Date(began + 3_600_000).toISOString()
    t.like((await ask('POST', '/bans', { kind: 'client', who: 'c', until })).body, { until })
    t.like((await ask('POST', '/bans', { kind: 'user', who: 'u' })).body, { until: null, reason: null })
    const listed = (await ask('GET', '/bans?limit=2')).body
    t.deepEqual(
      listed.bans.map(({ id }: { id: string }) => id),
      ['address:10.0.0.0/8', 'client:c'],
    )
    t.is(listed.total, 3)
    t.deepEqual((await ask('DELETE', '/bans/address%3A10.0.0.0%2F8')).body, { id: 'address:10.0.0.0/8', lifted: true })
    t.is((await ask('DELETE', '/bans/address%3A10.0.0.0%2F8')).status, 404)
  })()
})

test.serial('what is wrong is named, and nothing is done', async t => {
  await withHouse(async ask => {
    const rule = { permit: true, action: 'all', topic: 'a' }
    for (const [method, path, body, sentence] of [
      ['POST', '/users', { password: 'x' }, /"?name"?/],
      ['POST', '/users', { name: '', password: 'x' }, /name/],
      ['POST', '/users', { name: 'a\nb', password: 'x' }, /"name"/],
      ['POST', '/users', { name: 'a', password: '' }, /password/],
      ['POST', '/users', { name: 'a', password: 5 }, /password/],
      ['POST', '/users', { name: 'a', pasword: 'x' }, /pasword/],
      ['POST', '/users', 'text', /object/],
      ['PUT', '/users/a', {}, /nothing to change/],
      ['GET', '/users?limit=0', undefined, /limit/],
      ['GET', '/users?after=!', undefined, /"after"/],
      ['POST', '/acl', { ...rule, action: 'read' }, /action/],
      ['POST', '/acl', { ...rule, permit: 'yes' }, /permit/],
      ['POST', '/acl', { ...rule, topic: 'a#' }, /topic/],
      ['POST', '/acl', { ...rule, topic: '$share/g/a' }, /shared/],
      ['POST', '/acl', { ...rule, address: '10.0.0.0/40' }, /address/],
      ['GET', '/acl/decide?action=publish&topic=a/%23', undefined, /topic/],
      ['GET', '/acl/decide?topic=a', undefined, /action/],
      ['POST', '/bans', { kind: 'host', who: 'x' }, /kind/],
      ['POST', '/bans', { kind: 'address', who: 'x' }, /no address/],
      ['POST', '/bans', { kind: 'user', who: 'x', seconds: -1 }, /seconds/],
      ['POST', '/bans', { kind: 'user', who: 'x', seconds: 1, until: '2999-01-01T00:00:00Z' }, /"until"/],
      ['POST', '/bans', { kind: 'user', who: 'x', until: '2001-01-01T00:00:00Z' }, /over already/],
      ['POST', '/bans', { kind: 'user', who: 'x', until: 'tomorrow' }, /until/],
    ] as const) {
      const { status, body: answer } = await ask(method, path, body)
      t.is(status, 400, `${method} ${path} ${JSON.stringify(body)}`)
      t.regex(answer.error.message, sentence)
    }
    for (const path of ['/users', '/acl', '/bans']) t.is((await ask('GET', path)).body.total, 0, path)
  })()
})

test.serial('whoever may not, does not; and no password is in the audit log or in an answer', async t => {
  await withHouse(async (ask, house) => {
    for (const path of ['users', 'acl', 'bans', 'acl/decide?action=publish&topic=a']) {
      t.is((await house.ask({ path: `/mqtt/v1/${path}` })).status, 401, path)
    }
    const added = await ask('POST', '/users', { name: 'bob', password: 'hush-hush' })
    t.false(JSON.stringify(added.body).includes('hush'))
    await ask('PUT', '/users/bob', { password: 'hush-hush-2' })
    const { body } = await house.ask(asAdmin({ path: '/kernel/audit?limit=100' }))
    t.regex(body, /mqtt\/v1\/users/)
    t.notRegex(body, /hush/)
    t.notRegex(JSON.stringify(house.log), /hush/)
  })()
})
