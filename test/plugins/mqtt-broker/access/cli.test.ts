import { spawn } from 'node:child_process'
import { join } from 'node:path'
import test from 'ava'
import {
  type Ended,
  ended,
  folderWith,
  PATCHBAY,
  patchbay,
  type Served,
  served,
} from '../../../kernel/patchbay-process.js'

let house: Served
const undo: (() => unknown)[] = []

test.before(async () => {
  const all = { teardown: (act: () => unknown) => void undo.unshift(act) }
  const yaml = `
listen:
  - port: 0
    request_handlers: { "/": everything }
plugins:
  mqtt-broker: { port: 0, ws_port: false, password_cost: 1024 }
`
  house = await served(all, folderWith(all, { 'patchbay.yml': yaml }))
})

test.after.always(async () => {
  for (const act of undo) await act()
})

const environment = () => ({ PATCHBAY_CONFIG: join(house.folder, 'patchbay.yml') })
const run = (...given: string[]) => house.run('mqtt', ...given)
const withPassword = (password: string, ...given: string[]) =>
  patchbay(house.folder, ['mqtt', ...given], { ...environment(), PATCHBAY_MQTT_PASSWORD: password })

function piped(input: string, ...given: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [PATCHBAY, 'mqtt', ...given], {
    cwd: house.folder,
    env: { ...process.env, ...environment() },
  })
  child.stdin.end(input)
  return ended(child)
}

async function json(...given: string[]) {
  const { code, out, err } = await run(...given, '--json')
  if (code !== 0) throw new Error(err)
  return JSON.parse(out)
}

test.serial('users, whose passwords come from standard input or the environment', async t => {
  t.like(await withPassword('one', 'user', 'add', 'bob'), { code: 0, out: 'bob may connect\n' })
  t.like(await piped('two\n', 'user', 'add', 'a/b'), { code: 0 })
  t.like(await run('user', 'add', 'certified', '--no-password'), { code: 0 })
  const again = await withPassword('one', 'user', 'add', 'bob')
  t.is(again.code, 1)
  t.regex(again.err, /there is an MQTT user "bob" already/)
  const without = await run('user', 'add', 'none')
  t.is(without.code, 2)
  t.regex(without.err, /the password is empty; nothing was changed/)
  t.like(await piped('three', 'user', 'password', 'bob'), { code: 0, out: 'bob has a new password\n' })
  t.like(await run('user', 'disable', 'a/b'), { code: 0, out: 'a/b may not connect any more\n' })
  const { out } = await run('user', 'list')
  t.regex(out, /^NAME +STATE +CREATED\na\/b +disabled .*\nbob +enabled .*\ncertified +enabled /)
  t.like(await json('user', 'list', '--limit', '2'), { total: 3, users: [{ name: 'a/b' }, { name: 'bob' }] })
  t.like(await run('user', 'enable', 'a/b'), { code: 0, out: 'a/b may connect\n' })
  t.like(await run('user', 'remove', 'a/b'), { code: 0, out: 'a/b was removed\n' })
  t.is((await run('user', 'remove', 'a/b')).code, 1)
})

test.serial('rules in their order, and what they decide', async t => {
  const { id } = await json('acl', 'add', 'deny', 'all', '#')
  const added = await run('acl', 'add', 'allow', 'publish', 'own/%u', '--user', 'bob', '--before', id)
  t.regex(added.out, /^rule [0-9a-f]{8}: allow publish own\/%u user bob\n$/)
  t.regex(
    (await run('acl', 'list')).out,
    /^ID +RULE +ACTION +TOPIC +USER\n\S+ +allow +publish +own\/%u +bob\n\S+ +deny +all +#\n$/,
  )
  t.regex((await run('acl', 'decide', 'publish', 'own/bob', '--user', 'bob')).out, /^allowed\nrule \S+: allow publish/)
  t.regex((await run('acl', 'decide', 'subscribe', 'own/bob')).out, /^denied\nrule \S+: deny all #\n$/)
  t.like(await run('acl', 'remove', id), { code: 0, out: `rule ${id} was removed\n` })
  t.regex((await run('acl', 'decide', 'subscribe', 'own/bob')).out, /^allowed\nno rule matches: acl_nomatch decides/)
  t.like(await run('acl', 'add', 'permit', 'all', 'a'), { code: 2 })
  t.regex((await run('acl', 'add', 'allow', 'read', 'a')).err, /action/)
})

test.serial('bans with an end and a reason', async t => {
  const added = await run('ban', 'add', 'address', '10.1.2.3/16', '--for', '24h', '--reason', 'port scan')
  t.regex(added.out, /^address:10\.1\.0\.0\/16 is banned until .* UTC; connections closed: 0\n$/)
  t.regex((await run('ban', 'add', 'client', 'c1')).out, /until it is lifted/)
  const { out } = await run('ban', 'list')
  t.regex(out, /address:10\.1\.0\.0\/16 .* port scan\nclient:c1 /)
  t.like(await run('ban', 'lift', 'address:10.1.0.0/16'), { code: 0, out: 'address:10.1.0.0/16 may connect again\n' })
  t.is((await run('ban', 'lift', 'address:10.1.0.0/16')).code, 1)
  t.is((await run('ban', 'add', 'client', 'c1', '--for', 'ever')).code, 2)
  t.regex((await run('ban', 'add', 'host', 'c1')).err, /kind/)
})
