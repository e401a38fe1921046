import test from 'ava'
import { onDisk, sentenceOf } from '../support/on-disk.js'

const events: string[] = []
;(globalThis as { note?: (what: string) => void }).note = what => events.push(what)
test.beforeEach(() => void events.splice(0))

const noted = (name: string) => `note('start ${name}'); ctx.effect('x', () => note('stop ${name}'))`

test.serial('ordered start and stop, and the hint where cascade is needed', async t => {
  const house = await onDisk(t, folder => {
    folder.define('base', noted('base'))
    folder.define('middle', noted('middle'), `requires: ['base']`)
    folder.define('top', noted('top'), `requires: ['middle']`)
  })
  const refused = await sentenceOf(t, house.kernel.start('top'))
  t.is(refused.code, 'requirement_missing')
  t.regex(refused.text, /requires "middle", which is not running.*patchbay plugin start middle/)
  await house.kernel.start('top', { cascade: true })
  t.deepEqual(events.splice(0), ['start base', 'start middle', 'start top'])

  const kept = await sentenceOf(t, house.kernel.stop('base'))
  t.is(kept.code, 'required_by_others')
  t.regex(kept.text, /"base" keeps running: "middle", "top" require it.*stop base --cascade/)
  t.deepEqual(house.inspect('base').required_by, ['middle', 'top'])
  t.regex((await sentenceOf(t, house.kernel.unload('base'))).text, /keeps running/)
  await house.kernel.stop('base', { cascade: true })
  t.deepEqual(events.splice(0), ['stop top', 'stop middle', 'stop base'])
  for (const name of ['base', 'middle', 'top']) t.is(house.inspect(name).state, 'stopped')
})

test.serial('a circle of requirements is named', async t => {
  const house = await onDisk(t, folder => {
    folder.define('egg', '', `requires: ['hen']`)
    folder.define('hen', '', `requires: ['egg']`)
  })
  const { code, text } = await sentenceOf(t, house.kernel.start('egg', { cascade: true }))
  t.is(code, 'requirement_cycle')
  t.regex(text, /egg → hen → egg|hen → egg → hen/)
})

test.serial('reloading what others require does not touch them', async t => {
  const house = await onDisk(t, folder => {
    folder.define('base', noted('base'))
    folder.define('top', noted('top'), `requires: ['base']`)
  })
  await house.kernel.start('top', { cascade: true })
  events.splice(0)
  await house.kernel.reload('base')
  t.deepEqual(events, ['start base', 'stop base'])
  t.is(house.inspect('top').generation, 1)
})
