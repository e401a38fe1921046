import test from 'ava'
import { commandsNamed } from '../../kernel/http/faces/ejabberd-help.js'
import { RESCODE } from '../../plugins/xmpp-admin/ejabberd/shapes.js'
import { openHouse } from './house.js'

const COMMANDS = [
  'get_roster',
  'get_last',
  'set_last',
  'a_name_of_many_letters_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
].map(name => ({ name, description: '', tags: ['tag.one'], arguments: [], result: RESCODE }))
const named = (asked: string) => commandsNamed(COMMANDS, asked).map(({ name }) => name)

test('help finds commands by their names, patterns and tags', t => {
  t.deepEqual(named('get-last'), ['get_last'])
  t.deepEqual(named('*_last'), ['get_last', 'set_last'])
  t.deepEqual(named('?et_last'), ['get_last', 'set_last'])
  t.is(named('tag.one').length, COMMANDS.length)
  for (const none of ['tag_one', 'get.last', '[gs]et_last', '(', '[', '\\', '', 'x'.repeat(100_000)]) {
    t.deepEqual(named(none), [], none.slice(0, 20))
  }
})

test('no pattern that help is asked for takes long', t => {
  const before = performance.now()
  t.deepEqual(named(`${'a*'.repeat(30)}b`), [])
  t.true(performance.now() - before < 1000)
})

test('help is not asked about more topics than there are commands', async t => {
  const house = await openHouse({ start: ['xmpp-server', 'xmpp-admin'] })
  const help = (topics: string[]) => house.local('/api/help', { method: 'POST', body: JSON.stringify({ topics }) })
  try {
    const { body } = await help(['get_last', 'get_*', 'get_last'])
    const names = (JSON.parse(body) as { command: string }[]).map(({ command }) => command)
    t.is(names.filter(name => name === 'get_last').length, 1)
    t.is((await help(Array<string>(101).fill('*'))).status, 400)
  } finally {
    await house.close()
  }
})
