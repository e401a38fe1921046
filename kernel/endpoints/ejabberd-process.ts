import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { invalidArgument } from '../http/faces/ejabberd-command.js'
import { argumentsInWords, byName, commandsNamed, resultInWords } from '../http/faces/ejabberd-help.js'
import type { Named } from '../http/faces/ejabberd-types.js'
import type { PluginContext } from '../life/definition.js'
import type { LogLine } from '../log.js'
import type { Tools } from './tools.js'

const RESCODE: Named = { name: 'res', type: 'rescode' }
const TEND = { permission: 'process.tend' }
const HELP = ['command', 'arguments', 'result', 'tags', 'policy', 'description']
const HELP_RESULT: Named = {
  name: 'commands',
  type: { list: { name: 'entry', type: { tuple: HELP.map(name => ({ name, type: 'string' })) } } },
}
/** Names or patterns that one call of `help` may have. */
const MOST_TOPICS = 100
/** ejabberd's levels and numbers as ours; those that ours do not tell apart are the nearest one. */
const LEVELS: Readonly<Record<string, LogLine['level']>> = {
  ...{ none: 'error', emergency: 'error', alert: 'error', critical: 'error', error: 'error' },
  ...{ warning: 'warn', notice: 'info', info: 'info', debug: 'debug' },
  ...{ '0': 'error', '1': 'error', '2': 'error', '3': 'warn', '4': 'info', '5': 'debug' },
}

/** What ejabberd's commands tell and ask of the process: its log, its memory, the registry itself. */
export function contributeEjabberdProcess(ctx: PluginContext, { log, live }: Tools): void {
  ctx.command(
    'ejabberd',
    {
      access: { permission: 'logs.read' },
      reads: true,
      name: 'get_loglevel',
      description: 'Tell from which level on lines are logged',
      tags: ['logs'],
      arguments: [],
      result: { name: 'levelatom', type: 'atom' },
    },
    () => (log.level === 'warn' ? 'warning' : log.level),
  )
  ctx.command(
    'ejabberd',
    {
      access: { permission: 'logs.write' },
      name: 'set_loglevel',
      description: 'Set from which level on lines are logged, until the configuration is read again',
      details: 'error, warning, info or debug; none, emergency, alert and critical mean error, notice means info.',
      tags: ['logs'],
      arguments: [{ name: 'loglevel', type: 'string' }],
      result: RESCODE,
    },
    ({ arguments: { loglevel } }) => {
      const wanted = String(loglevel)
      if (!Object.hasOwn(LEVELS, wanted)) throw invalidArgument('loglevel', wanted.slice(0, 100))
      log.level = LEVELS[wanted]!
      return true
    },
  )
  ctx.command(
    'ejabberd',
    {
      access: TEND,
      name: 'gc',
      description: 'Have the memory that nobody uses any more collected now; everything waits meanwhile',
      tags: ['server'],
      arguments: [],
      result: RESCODE,
    },
    () => {
      setFlagsFromString('--expose-gc')
      runInNewContext('gc')()
      return true
    },
  )
  ctx.command(
    'ejabberd',
    {
      access: TEND,
      name: 'clear_cache',
      description: 'Have the credentials of every caller verified anew; all else that is remembered is never stale',
      tags: ['server'],
      arguments: [],
      result: RESCODE,
    },
    () => {
      live.table.authenticator?.forgetAll?.()
      return true
    },
  )
  ctx.command(
    'ejabberd',
    {
      access: { permission: 'faces.use' },
      reads: true,
      name: 'help',
      description: 'Describe commands: those named, with a tag, or that match a pattern; all without any',
      tags: ['documentation'],
      arguments: [{ name: 'topics', type: { list: { name: 'topic', type: 'binary' } } }],
      result: HELP_RESULT,
    },
    ({ arguments: { topics }, version }) => {
      const all = ctx.commands('ejabberd')
      const asked = topics as readonly string[]
      if (asked.length > MOST_TOPICS) throw invalidArgument('topics', `more than ${MOST_TOPICS}`)
      const wanted = asked.length === 0 ? all : new Set(asked.flatMap(topic => commandsNamed(all, topic)))
      return byName([...wanted]).map(each => ({
        command: each.name,
        arguments: argumentsInWords(each, version),
        result: resultInWords(each, version),
        tags: each.tags.join(','),
        policy: each.policy ?? 'restricted',
        description: each.description,
      }))
    },
  )
}
