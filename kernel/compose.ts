import 'reflect-metadata'
import { join } from 'node:path'
import { type DependencyContainer, instanceCachingFactory, Lifecycle, container as root } from 'tsyringe'
import { Audit } from './audit/audit.js'
import { record } from './audit/record.js'
import { Configuration } from './config/configuration.js'
import { Overrides } from './config/overrides.js'
import type { Loaded } from './config/settings.js'
import { Departure } from './departure.js'
import { Tools } from './endpoints/tools.js'
import { reason } from './errors.js'
import { App } from './http/app.js'
import type { FaceOptions } from './http/faces/face.js'
import { allFaces, Faces } from './http/faces/index.js'
import { FACE_OPTION_NAMES, readFaceOptions } from './http/faces/options.js'
import { Listeners } from './http/listeners.js'
import { Live } from './http/live.js'
import { shownPath } from './http/request.js'
import { requestLine } from './http/request-line.js'
import { Inventory } from './inventory.js'
import { Kernel } from './kernel.js'
import { KernelHost } from './kernel-host.js'
import { Catalogue } from './life/catalogue.js'
import type { PluginDefinition } from './life/definition.js'
import { DesiredState } from './life/desired.js'
import { Holdings } from './life/holdings.js'
import { Roster } from './life/roster.js'
import { Loader } from './loader.js'
import { Log } from './log.js'
import { OwnOptions } from './own-options.js'
import { Probation } from './probation.js'
import { Purging } from './purging.js'
import { Reconfigure } from './reconfigure.js'
import { Replacement } from './replacement.js'
import { KERNEL, Store } from './store/store.js'
import { Supervisor } from './supervisor.js'
import { Transition } from './transition.js'

export interface Parts {
  loaded: Loaded
  /** How the configuration is read again. */
  load: () => Loaded
  store: Store
  log: Log
  /** Folders of plugins that come before those of the configuration. */
  pluginFolders: readonly string[]
  /** Plugins that are in memory already. */
  given?: readonly PluginDefinition[]
  /** Ends the process cleanly, where Patchbay is all of it. */
  leave?: (why: string) => void
}

/** The kernel's composition root: one container, every noun of the kernel once. */
export function compose({ loaded, load, store, log, pluginFolders, given, leave }: Parts): DependencyContainer {
  const container = root.createChildContainer()
  const once = <T>(make: (from: DependencyContainer) => T) => ({ useFactory: instanceCachingFactory(make) })

  container.register(Store, { useValue: store })
  container.register(Departure, { useValue: new Departure(leave) })
  container.register(OwnOptions, {
    useValue: new OwnOptions((plugin, options) => container.resolve(Reconfigure).changeOptions(plugin, options)),
  })
  container.register(Log, { useValue: log })
  container.register(Holdings, { useValue: new Holdings() })
  container.register(DesiredState, { useValue: new DesiredState(store.namespace(KERNEL, 'desired')) })
  container.register(Configuration, {
    useValue: new Configuration(
      loaded,
      load,
      new Overrides(store.namespace(KERNEL, 'overrides')),
      FACE_OPTION_NAMES,
      alias => container.resolve(Roster).nameOf(alias),
    ),
  })
  container.register(Catalogue, {
    useValue: new Catalogue(
      () => [...pluginFolders, ...container.resolve(Configuration).settings.plugin_folders],
      given,
    ),
  })
  container.register(
    Roster,
    once(from => new Roster(from.resolve(Catalogue), from.resolve(DesiredState))),
  )

  const configuration = container.resolve(Configuration)
  const audit = new Audit(
    store.namespace(KERNEL, 'audit'),
    store.namespace(KERNEL, 'refusals'),
    () => configuration.settings.audit,
    thrown => log.kernel.error(`the audit log could not be written: ${reason(thrown)}`),
  )
  container.register(Audit, { useValue: audit })
  const faces = allFaces(faceOptions(configuration))
  const live = new Live(new Map([...faces].map(([name, face]) => [name, face.build])))
  container.register(Live, { useValue: live })
  const line = requestLine(log.kernel)
  const app = new App({
    gate: live.gate,
    faces,
    limits: () => {
      const { body_bytes, request_seconds } = configuration.settings.limits
      return { bodyBytes: body_bytes, requestMs: request_seconds * 1000 }
    },
    access: () => (configuration.settings.log.requests ? line : undefined),
    record: ctx => record(audit, ctx),
    report: (thrown, ctx) =>
      log.kernel.error(
        {
          request: ctx.res.getHeader('X-Request-Id'),
          err: thrown instanceof Error ? { stack: thrown.stack } : undefined,
        },
        `${ctx.req.method} ${shownPath(ctx)} failed: ${reason(thrown)}`,
      ),
  })
  container.register(App, { useValue: app })
  container.register(Faces, { useValue: faces })
  container.register(
    Listeners,
    once(
      from =>
        new Listeners(
          app,
          () => from.resolve(Configuration).settings,
          sentence => log.kernel.warn(sentence),
        ),
    ),
  )
  for (const noun of [
    KernelHost,
    Loader,
    Transition,
    Probation,
    Replacement,
    Purging,
    Kernel,
    Supervisor,
    Inventory,
    Reconfigure,
    Tools,
  ]) {
    container.register(noun as never, { useClass: noun as never }, { lifecycle: Lifecycle.ContainerScoped })
  }
  return container
}

/** Computed when the configuration or an override changes, not on every request. */
function faceOptions(configuration: Configuration): () => FaceOptions {
  let known: { fingerprint: unknown; options: FaceOptions } | undefined
  return () => {
    const { fingerprint } = configuration
    if (known?.fingerprint !== fingerprint) {
      const where = configuration.file ?? 'the configuration'
      const options = readFaceOptions(configuration.settings, name => configuration.faceOption(name), where)
      known = { fingerprint, options }
    }
    return known.options
  }
}

/** The plugins that come with Patchbay, as compiled beside the kernel. */
export const HOUSE_PLUGINS = join(__dirname, '..', 'plugins')
