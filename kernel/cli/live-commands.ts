import type { Described } from '../http/faces/ejabberd-help.js'
import type { ControlClient } from './control-client.js'

/** What `/kernel/commands` tells about the commands of these faces. */
export interface LiveCommands {
  ejabberd: Described
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
