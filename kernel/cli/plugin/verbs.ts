import type { PluginDetails } from '../../inventory.js'
import type { Command } from '../command.js'
import { path } from '../control-client.js'
import type { OptionName } from '../options.js'

interface Verb {
  readonly name: 'load' | 'unload' | 'start' | 'stop' | 'reload'
  readonly summary: string
  readonly details: string
  readonly cascade?: boolean
  /** What it comes to, when it went well. */
  done(plugin: PluginDetails): string
}

/** The verbs with one plugin are alike: one call, answered with what became of the plugin. */
function verb({ name, summary, details, cascade = false, done }: Verb): Command {
  const options: OptionName[] = ['json', 'data']
  return {
    name: `plugin ${name}`,
    takes: ['NAME'],
    summary,
    details,
    options: cascade ? ['cascade', ...options] : options,
    example: `patchbay plugin ${name} mqtt-admin${cascade && name !== 'start' ? ' --cascade' : ''}`,
    async run({ words: [plugin = ''], options: { cascade }, server, printed, print }) {
      const query = cascade ? '?cascade=true' : ''
      const after = await (await server()).post<PluginDetails>(`${path`/kernel/plugins/${plugin}/`}${name}${query}`)
      if (!printed(after)) print(done(after))
    },
  }
}

export const pluginLoad = verb({
  name: 'load',
  summary: 'links a plugin and keeps it ready, without starting it',
  details: 'Loading what is loaded changes nothing; patchbay plugin reload takes up newer code.',
  done: ({ name, version, state }) => `${name} ${version} is ${state}`,
})

export const pluginUnload = verb({
  name: 'unload',
  summary: 'stops a plugin when it runs, and lets go of its code',
  details: 'Its stored data stays, and it stays unloaded after a restart.',
  cascade: true,
  done: ({ name }) => `${name} is unloaded`,
})

export const pluginStart = verb({
  name: 'start',
  summary: 'starts a plugin, loading it when needed',
  details: 'What it requires must be running, or be started too with --cascade.',
  cascade: true,
  done: ({ name, state, generation }) => `${name} is ${state}, generation ${generation}`,
})

export const pluginStop = verb({
  name: 'stop',
  summary: 'stops a plugin and undoes all that it did; it stays loaded',
  details: 'What requires it keeps it running, unless --cascade stops that too.',
  cascade: true,
  done: ({ name, state }) => `${name} is ${state}`,
})

export const pluginReload = verb({
  name: 'reload',
  summary: "swaps in a plugin's newest code without a failed request",
  details: 'When the new code fails, the old keeps serving. A plugin that is not running is only linked afresh.',
  done: ({ name, state, generation }) =>
    generation
      ? `${name} is ${state}, generation ${generation}`
      : `${name} is ${state}; it will start with the newest code`,
})
