import 'reflect-metadata'
import { HOUSE_PLUGINS } from '../../kernel/compose.js'
import { defaultSettings } from '../../kernel/config/settings.js'
import { House } from '../../kernel/house.js'
import { Listeners } from '../../kernel/http/listeners.js'
import { Kernel } from '../../kernel/kernel.js'
import { Log } from '../../kernel/log.js'
import { Store } from '../../kernel/store/store.js'
import { Supervisor } from '../../kernel/supervisor.js'
import { Watcher } from '../../kernel/watcher.js'

export interface HouseOptions {
  /** Folders of plugins besides those of the house. */
  pluginFolders?: string[]
  /** What runs, in this order. */
  start: string[]
  /** The data folder. */
  data: string
  /** Blocks of `plugins:`. */
  plugins?: Record<string, Record<string, unknown>>
}

export interface OpenHouse {
  kernel: Kernel
  /** Not started. */
  watcher: Watcher
  port: number
}

/** Patchbay as the real process composes it, with one listener on a free port and only the named plugins running. */
export async function openHouse({ pluginFolders = [], start, data, plugins = {} }: HouseOptions): Promise<OpenHouse> {
  const load = () =>
    defaultSettings({
      data,
      listen: [{ port: 0, request_handlers: { '/': 'everything' } }],
      // Verifying the same credentials again now and then is a cost of its own and would blur every other one.
      plugins: { auth: { cache_seconds: 86_400 }, ...plugins },
    })
  const house = new House({
    loaded: load(),
    load,
    store: await Store.open(data),
    log: new Log('info', () => undefined),
    pluginFolders: [HOUSE_PLUGINS, ...pluginFolders],
  })
  const { container } = house
  container.resolve(Supervisor).watch(thrown => {
    console.error('the kernel itself failed:', thrown)
    process.exit(1)
  })
  await house.open({ plugins: 'none' })
  const kernel = container.resolve(Kernel)
  for (const name of start) await kernel.start(name)
  const port = Number(container.resolve(Listeners).addresses[0]!.name.split(':').at(-1))
  return { kernel, port, watcher: container.resolve(Watcher) }
}
