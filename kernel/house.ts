import type { DependencyContainer } from 'tsyringe'
import { Audit } from './audit/audit.js'
import { compose, type Parts } from './compose.js'
import { Configuration } from './config/configuration.js'
import { kernelDefinition } from './endpoints/index.js'
import { Tools } from './endpoints/tools.js'
import { KernelError, reason } from './errors.js'
import { App } from './http/app.js'
import { Listeners } from './http/listeners.js'
import { Live } from './http/live.js'
import { Inventory } from './inventory.js'
import { Kernel } from './kernel.js'
import { KernelHost } from './kernel-host.js'
import { Catalogue } from './life/catalogue.js'
import { DesiredState } from './life/desired.js'
import { Generation } from './life/generation.js'
import { RequirementCycle, startOrder } from './life/order.js'
import { Roster } from './life/roster.js'
import { Log } from './log.js'
import { Reconfigure } from './reconfigure.js'
import { KERNEL, Store } from './store/store.js'

/** A whole Patchbay inside the current process: opened and closed in one piece. */
export class House {
  readonly container: DependencyContainer
  #own: Generation | undefined

  constructor(parts: Parts) {
    this.container = compose(parts)
  }

  /**
   * Binds the ports, restores the desired state, then answers. A port that is taken throws before any plugin runs;
   * a plugin that cannot start is reported and does not stop the others.
   */
  async open({ plugins = 'all' }: { plugins?: 'all' | 'none' } = {}): Promise<void> {
    const { container } = this
    const app = container.resolve(App)
    app.hold()
    await container.resolve(DesiredState).read()
    await container.resolve(Configuration).overrides.read()
    await this.#openKernel()
    await container.resolve(Reconfigure).listen()
    if (plugins === 'all') await this.#startPlugins()
    container.resolve(Reconfigure).warnOfStrangers()
    app.resume()
  }

  /** Stops accepting, lets requests finish within `graceMs` milliseconds, retires every plugin, closes the store. */
  async close(graceMs: number): Promise<void> {
    const { container } = this
    const kernel = container.resolve(Kernel)
    container.resolve(App).endStreams()
    await container.resolve(Listeners).close(graceMs)
    await kernel.idle()
    for (const plugin of kernel.runningInOrder.reverse())
      await kernel.exclusively([plugin.name], () => kernel.end(plugin))
    for (const plugin of container.resolve(Roster).plugins) plugin.forgetPrevious()
    await this.#own?.end()
    container.resolve(App).inFlight.close()
    await container.resolve(Audit).close()
    await container.resolve(Store).close()
  }

  async #openKernel(): Promise<void> {
    const { container } = this
    const live = container.resolve(Live)
    const linked = {
      definition: kernelDefinition(container.resolve(Tools)),
      files: [],
      tsyringe: () => require('tsyringe') as typeof import('tsyringe'),
    }
    const generation = new Generation(KERNEL, 1, linked, {}, container.resolve(KernelHost))
    await generation.start()
    await live.prepare(generation)
    live.swap(generation, [])
    this.#own = generation
  }

  async #startPlugins(): Promise<void> {
    const { container } = this
    const [kernel, roster, log] = [container.resolve(Kernel), container.resolve(Roster), container.resolve(Log).kernel]
    const active: string[] = []
    for (const found of container.resolve(Catalogue).list()) {
      const desired = container.resolve(DesiredState).of(found.name)
      const first = desired === undefined
      if (first ? !container.resolve(Inventory).peek(found).autostart : !desired.loaded) continue
      try {
        await kernel.load(found.name)
        // Wanted from the start, even if it cannot run yet: the next start tries again.
        if (first) await container.resolve(DesiredState).set(found.name, { active: true })
        if (first || desired.active) active.push(found.name)
      } catch (thrown) {
        log.error(
          { hint: thrown instanceof KernelError ? thrown.hint : undefined },
          `${reason(thrown)}; everything else keeps starting`,
        )
      }
    }
    const requires = (name: string) => roster.get(name)?.requires ?? []
    for (const name of this.#inOrder(active, requires)) {
      // The reason is in the log and under `patchbay plugin inspect`; the plugin stays `failed`.
      await kernel.start(name, { asLoaded: true }).catch(() => undefined)
    }
  }

  /** A circle of requirements is reported and left out. */
  #inOrder(names: readonly string[], requires: (name: string) => readonly string[]): string[] {
    try {
      return startOrder(names, requires)
    } catch (thrown) {
      if (!(thrown instanceof RequirementCycle)) throw thrown
      this.container.resolve(Log).kernel.error({ hint: thrown.hint }, thrown.message)
      return this.#inOrder(
        names.filter(name => !thrown.plugins.includes(name)),
        requires,
      )
    }
  }
}
