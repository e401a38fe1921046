import 'reflect-metadata'
import { HOUSE_PLUGINS } from './compose.js'
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
  const store = await Store.open(loaded.settings.data)
  const house = new House({ loaded, load: () => loadSettings(), store, log, pluginFolders: [HOUSE_PLUGINS] })
  const { container } = house

  const watcher = watch ? container.resolve(Watcher) : undefined
  let control: ControlSocket | undefined
  let leaving = false
  const leave = async (code: number, why: string) => {
    if (leaving) process.exit(code || 130)
    leaving = true
    log.kernel.info(`${why}: finishing the requests under way; a second signal exits at once`)
    const graceMs = loaded.settings.limits.drain_seconds * 1000
    // Whatever hangs in a plugin's undo must not keep the process for ever.
    setTimeout(() => process.exit(code || 1), graceMs * 3).unref()
    await watcher?.close()
    await control?.close()
    await house.close(graceMs)
    process.exit(code)
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

  await house.open()
  control = await ControlSocket.open(container.resolve(App), loaded.settings.data)
  watcher?.start()
  const addresses = container.resolve(Listeners).addresses.map(({ name, tls }) => `${tls ? 'https' : 'http'}://${name}`)
  log.kernel.info(`Patchbay answers on ${addresses.join(', ')}`)
}
