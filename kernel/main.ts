import 'reflect-metadata'
import { HOUSE_PLUGINS } from './compose.js'
import { Configuration } from './config/configuration.js'
import { loadSettings } from './config/settings.js'
import { ControlSocket } from './control-socket.js'
import { KernelError, reason } from './errors.js'
import { House } from './house.js'
import { App } from './http/app.js'
import { Listeners } from './http/listeners.js'
import { asText, Log } from './log.js'
import { Store } from './store/store.js'
import { Supervisor } from './supervisor.js'
import { Watcher } from './watcher.js'

/** The process: settings, store, house, signals. Resolves once it answers; `watch` reloads plugins when their files change. */
export async function serve({ watch = false }: { watch?: boolean } = {}): Promise<void> {
  try {
    await open(watch)
  } catch (thrown) {
    process.stderr.write(`patchbay: ${reason(thrown)}\n`)
    if (thrown instanceof KernelError && thrown.hint) process.stderr.write(`  → ${thrown.hint}\n`)
    if (!(thrown instanceof KernelError) && thrown instanceof Error) process.stderr.write(`${thrown.stack}\n`)
    process.exit(1)
  }
}

async function open(watch: boolean): Promise<void> {
  const loaded = loadSettings()
  const { level, format } = loaded.settings.log
  const text = format === 'text' || (format === 'auto' && process.stdout.isTTY)
  const log = new Log(level, line => process.stdout.write(text ? asText(line) : `${JSON.stringify(line)}\n`))
  // Whoever read our output may go away; that is no reason to end.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  const store = await Store.open(loaded.settings.data, lost => log.kernel.error({ hint: lost.hint }, lost.message))
  const house = new House({
    loaded,
    load: () => loadSettings(),
    store,
    log,
    pluginFolders: [HOUSE_PLUGINS],
    leave: why => void leave(0, why),
  })
  const { container } = house
  const configuration = container.resolve(Configuration)

  const watcher = watch ? container.resolve(Watcher) : undefined
  let control: ControlSocket | undefined
  let opening: Promise<void> | undefined
  let leaving = false
  const leave = async (code: number, why: string) => {
    if (leaving) process.exit(code || 130)
    leaving = true
    log.kernel.info(`${why}: finishing the requests under way; a second signal exits at once`)
    const graceMs = configuration.settings.limits.drain_seconds * 1000
    // Whatever hangs in a plugin's start or undo must not keep the process for ever.
    setTimeout(() => process.exit(code || 1), graceMs * 3 + 1000).unref()
    await opening?.catch(() => undefined)
    await watcher?.close()
    await close(graceMs)
    process.exit(code)
  }
  const close = async (graceMs: number) => {
    container.resolve(App).endStreams()
    await Promise.all([control?.close(graceMs), container.resolve(Listeners).close(graceMs)])
    await house.close(graceMs)
  }
  process.on('SIGTERM', () => void leave(0, 'SIGTERM'))
  process.on('SIGINT', () => void leave(0, 'SIGINT'))
  container.resolve(Supervisor).watch(thrown => {
    log.kernel.error(
      { err: { stack: thrown instanceof Error ? thrown.stack : String(thrown) } },
      `the kernel itself failed: ${reason(thrown)}; Patchbay ends cleanly, what was answered is stored`,
    )
    void leave(1, 'internal error')
  })

  const begin = async () => {
    container.resolve(App).hold()
    control = await ControlSocket.open(container.resolve(App), loaded.settings.data)
    await house.open()
  }
  opening = begin()
  try {
    await opening
  } catch (thrown) {
    if (leaving) return
    leaving = true
    await close(0)
    throw thrown
  }
  if (leaving) return
  watcher?.start()
  const addresses = container.resolve(Listeners).addresses.map(({ name, tls }) => `${tls ? 'https' : 'http'}://${name}`)
  log.kernel.info(`Patchbay answers on ${addresses.join(', ')}`)
}
