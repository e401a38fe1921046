import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { defaultSettings } from '../../kernel/config/settings.js'
import { House } from '../../kernel/house.js'
import { Inventory } from '../../kernel/inventory.js'
import { Kernel } from '../../kernel/kernel.js'
import { Log, type LogLine } from '../../kernel/log.js'
import { Store } from '../../kernel/store/store.js'
import { type PluginFolder, pluginFolder } from '../support/plugin-folder.js'

interface Restartable {
  folder: PluginFolder
  data: string
}

function restartable(t: ExecutionContext): Restartable {
  const folder = pluginFolder()
  const data = mkdtempSync(join(tmpdir(), 'patchbay-data-'))
  t.teardown(() => {
    folder.remove()
    rmSync(data, { recursive: true, force: true })
  })
  return { folder, data }
}

/** One life of a process, as main.ts lives it, on the same data folder. */
async function live<T>(
  { folder, data }: Restartable,
  act: (kernel: Kernel, state: () => Record<string, string>, log: LogLine[]) => Promise<T>,
): Promise<T> {
  const loaded = defaultSettings({ listen: [{ port: 0, request_handlers: { '/': 'everything' } }] })
  const log: LogLine[] = []
  const house = new House({
    loaded,
    load: () => loaded,
    store: await Store.open(data),
    log: new Log('info', line => log.push(line)),
    pluginFolders: [folder.path],
  })
  await house.open()
  const inventory = house.container.resolve(Inventory)
  const state = () => Object.fromEntries(inventory.list().map(each => [each.name, each.state]))
  try {
    return await act(house.container.resolve(Kernel), state, log)
  } finally {
    await house.close(200)
  }
}

test('what was loaded and active is so again after a restart', async t => {
  const place = restartable(t)
  for (const name of ['runs', 'rests', 'gone']) place.folder.define(name, '')
  place.folder.define('shy', '', 'autostart: false')
  await live(place, async (kernel, state) => {
    t.deepEqual(state(), { gone: 'running', rests: 'running', runs: 'running', shy: 'available' })
    await kernel.stop('rests')
    await kernel.unload('gone')
    await kernel.start('shy')
  })
  const expected = { gone: 'available', rests: 'loaded', runs: 'running', shy: 'running' }
  await live(place, async (_, state) => t.deepEqual(state(), expected))
  place.folder.define('newcomer', '')
  await live(place, async (_, state) => t.deepEqual(state(), { ...expected, newcomer: 'running' }))
})

test('a plugin that cannot start is reported, and the others start all the same', async t => {
  const place = restartable(t)
  place.folder.define('well', '')
  place.folder.define('needy', '', `requires: ['ill']`)
  place.folder.define('ill', `throw new Error('no upstream')`)
  place.folder.write('unreadable', 'exports.default = {')
  place.folder.define('egg', '', `requires: ['hen']`)
  place.folder.define('hen', '', `requires: ['egg']`)
  await live(place, async (_, state, log) => {
    t.like(state(), { well: 'running', ill: 'failed', needy: 'failed', unreadable: 'available' })
    t.not(state()['egg'], 'running')
    for (const says of [
      /"ill" did not start: no upstream/,
      /"needy" requires "ill", which is not running/,
      /"unreadable" cannot be linked/,
      /require each other in a circle/,
    ]) {
      t.true(
        log.some(line => line.level === 'error' && says.test(line.message)),
        String(says),
      )
    }
  })
  place.folder.define('ill', '')
  await live(place, async (_, state) => t.like(state(), { well: 'running', ill: 'running', needy: 'running' }))
})

test('an alias resolves while its plugin is unloaded, also across a restart, and belongs to one plugin only', async t => {
  const place = restartable(t)
  place.folder.define('face', '', `aliases: ['mod_face']`)
  await live(place, async (kernel, state) => {
    await kernel.unload('mod_face')
    t.is(state()['face'], 'available')
  })
  place.folder.define('thief', '', `aliases: ['mod_face'], autostart: false`)
  await live(place, async (kernel, state) => {
    t.is(state()['face'], 'available')
    const error = await t.throwsAsync(kernel.load('thief'))
    t.regex(error?.message ?? '', /wants the alias "mod_face", which belongs to plugin "face"/)
    t.is((await kernel.start('mod_face')).name, 'face')
  })
})
