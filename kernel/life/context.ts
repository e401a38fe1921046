import type { DependencyContainer } from 'tsyringe'
import { didYouMean } from '../config/nearest.js'
import { KernelError } from '../errors.js'
import type { Namespace } from '../store/namespace.js'
import type { Access, Command, RouteHandler } from './contributions.js'
import type { Behaviour, CertificateOfHosts, Held, OpenListener, PluginContext } from './definition.js'
import type { Generation } from './generation.js'
import { currentScope, inScope, outsideScopes } from './scope.js'

/** The one object through which a plugin's `start` does anything. */
export function createContext(generation: Generation): PluginContext<never> {
  const { plugin, definition, host, contributions } = generation
  const log = host.log(plugin)
  let container: DependencyContainer | undefined

  const context: PluginContext = {
    name: plugin,
    generation: generation.number,
    hosts: host.hosts,
    signal: generation.signal,
    log,
    config: generation.config,
    get container() {
      container ??= createContainer(generation, context)
      return container
    },
    route(method, path, access, handler) {
      generation.assertOpen('route')
      if (!path.startsWith('/')) {
        throw new KernelError('conflict', `plugin "${plugin}" has a route without a leading slash: ${method} ${path}`)
      }
      contributions.routes.push({
        owner: plugin,
        method,
        path,
        permission: permissionOf(generation, access, `${method} ${path}`),
        body: access.body ?? (access.describe?.body && 'json'),
        stream: access.stream ?? false,
        description: access.describe,
        handler: handler as RouteHandler,
      })
    },
    command(face, definition, handler) {
      generation.assertOpen('command')
      const permission = permissionOf(generation, definition.access, `${face} command`)
      contributions.commands.push({ owner: plugin, face, definition, permission, handler } as Command)
    },
    authenticate(authenticator) {
      generation.assertOpen('authenticator')
      contributions.authenticator = authenticator
    },
    upgrade(name, handler) {
      generation.assertOpen('upgrade')
      contributions.upgrades.set(name, handler)
    },
    commands: face => host.liveCommands(face),
    plugins: () => host.loadedPlugins(),
    configure: options => outsideScopes(() => host.configure(plugin, options)),
    leave: why => host.leave(`plugin "${plugin}": ${why}`),
    secret: purpose => host.secret(plugin, purpose),
    certificates: (files = []) => outsideScopes(() => host.certificates(files)),
    async certificate(files = []) {
      const [{ key, cert }] = (await outsideScopes(() => host.certificates(files))) as [CertificateOfHosts]
      return { key, cert }
    },
    storage: <V>(name: string) => generation.namespace<V>(declared(generation, name)),
    provide(service, value) {
      generation.assertOpen('service')
      contributions.services.set(service, value)
    },
    service: <T>(service: string) => serviceAccessor<T>(generation, service),
    async listen(options) {
      const held: Held<OpenListener> = { open: () => host.openListener(options), close: opened => opened.close() }
      const key = `${options.tls ? 'https' : 'http'} ${options.ip ?? '127.0.0.1'}:${options.port}`
      const opened = await host.holdings.keep(generation, key, held, () => ({ storage: refuseStorage, log }))
      generation.onLive(() => opened.remount(options))
    },
    http: { list: () => host.httpListeners(), open: options => host.openListener(options) },
    keep<T, B extends Behaviour>(key: string, held: Held<T, B>) {
      return host.holdings.keep(generation, key, held as unknown as Held<T>, holding => ({
        log,
        storage: <V>(name: string) => {
          const namespace = host.openNamespace<V>(plugin, declared(generation, name))
          holding.onClosed(() => host.releaseNamespace(namespace as Namespace<unknown>))
          return namespace
        },
      }))
    },
    effect: (label, undo) => generation.effects.add(label, () => inScope(generation.scope, undo)),
    every(ms, work) {
      generation.onLive(() => {
        if (generation.ended) return
        let busy = false
        const timer = setInterval(async () => {
          if (busy) return
          busy = true
          try {
            await work()
          } finally {
            busy = false
          }
        }, ms)
        generation.effects.add(`every ${ms} ms`, () => clearInterval(timer))
      })
    },
    onLive: act => generation.onLive(act),
  }
  for (const [name, description] of Object.entries(definition.permissions ?? {})) {
    contributions.permissions.set(`${plugin}:${name}`, description)
  }
  return context as PluginContext<never>
}

function permissionOf(generation: Generation, access: Access, what: string): string | undefined {
  if ('public' in access && access.public === true) return undefined
  const wanted = 'permission' in access ? access.permission : undefined
  const own = generation.contributions.permissions
  if (wanted !== undefined) {
    const full = wanted.includes(':') ? wanted : `${generation.plugin}:${wanted}`
    if (own.has(full)) return full
    for (const live of generation.host.livePermissions()) if (live === full) return full
  }
  const names = [...own.keys()].map(name => name.slice(generation.plugin.length + 1))
  const problem =
    wanted === undefined
      ? 'it declares neither a permission nor public'
      : `permission "${wanted}" is not declared${didYouMean(wanted, names)}`
  throw new KernelError('undeclared_permission', `plugin "${generation.plugin}" did not start: ${what}: ${problem}`, {
    hint: 'add it to `permissions` of the definition, or give the route { public: true }',
  })
}

function declared(generation: Generation, name: string): string {
  const { storage } = generation.definition
  const names = Array.isArray(storage) ? storage : Object.keys(storage ?? {})
  if (names.includes(name)) return name
  throw new KernelError(
    'undeclared_namespace',
    `plugin "${generation.plugin}" asked for storage "${name}", which it does not declare${didYouMean(name, names)}`,
    { hint: 'add it to `storage` of the definition' },
  )
}

function refuseStorage(): never {
  throw new KernelError('undeclared_namespace', 'a listener opens no storage')
}

function serviceAccessor<T>(generation: Generation, service: string): () => T {
  return () => {
    const view = currentScope()?.view
    // Code that outlived its request falls back to what is live now: its own view may hold retired providers.
    const provider = view && view.pins > 0 ? view.service(service) : generation.host.resolveService(service)
    if (provider !== undefined) return provider as T
    throw new KernelError(
      'no_backend',
      `no running plugin provides "${service}", which "${generation.plugin}" asked for`,
      {
        hint: 'start one: patchbay plugin list shows what is there',
      },
    )
  }
}

function createContainer(generation: Generation, context: PluginContext): DependencyContainer {
  const root = generation.linked.tsyringe().container
  // A restart runs the same linked code again: its singletons belong to the generation that crashed.
  root.clearInstances()
  const container = root.createChildContainer()
  container.register('context', { useValue: context })
  container.register('config', { useValue: generation.config })
  container.register('log', { useValue: context.log })
  container.register('signal', { useValue: generation.signal })
  for (const service of generation.definition.uses ?? []) {
    container.register(service, { useValue: serviceAccessor(generation, service) })
  }
  generation.effects.add('container', () => container.dispose())
  return container
}
