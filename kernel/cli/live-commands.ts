import type { ControlClient } from './control-client.js'

/** An argument of an ejabberd command, as `/kernel/commands` shows it. */
export interface EjabberdArgument {
  readonly name: string
  readonly type: string
  /** The API versions that know it, both inclusive. */
  readonly since?: number
  readonly until?: number
}

/** What `/kernel/commands` tells about the commands of these faces. */
export interface LiveCommands {
  ejabberd: {
    readonly name: string
    readonly description: string
    readonly tags: readonly string[]
    readonly arguments: readonly EjabberdArgument[]
    readonly result: { readonly type: string }
  }
  vernemq: {
    /** `session show` */
    readonly path: string
    /** `any` for the keys of `set`. */
    readonly params?: readonly string[] | 'any'
    readonly types?: Readonly<Record<string, 'address' | 'port'>>
    readonly positional?: boolean
    readonly flags?: Readonly<Record<string, { readonly short?: string; readonly value?: boolean | 'number' }>>
  }
}

/** The commands of a face that a running Patchbay answers to now, by name. */
export async function liveCommands<F extends keyof LiveCommands>(
  client: ControlClient,
  face: F,
): Promise<LiveCommands[F][]> {
  const { commands } = await client.get<{ commands: LiveCommands[F][] }>(`/kernel/commands?face=${face}`)
  const key = (command: LiveCommands[F]) => ('path' in command ? command.path : command.name)
  // What stands beside VerneMQ's API is no command of `vmq-admin`.
  const callable = commands.filter(command => !('path' in command && command.path.startsWith('/')))
  return callable.sort((a, b) => (key(a) < key(b) ? -1 : 1))
}
