import { setTimeout as pause } from 'node:timers/promises'
import type { Call } from '../command.js'
import type { ControlClient } from '../control-client.js'
import { EXIT } from '../exit-codes.js'
import { Refusal } from '../refusal.js'

/** As long as the original waits. */
const PATIENCE_MS = 60_000
const LOOK_MS = 200

interface OwnWord {
  readonly summary: string
  run(client: ControlClient, call: Call): Promise<void>
}

/** What `ejabberdctl` itself answers, also when no plugin serves ejabberd's commands. */
export const OWN_WORDS: ReadonlyMap<string, OwnWord> = new Map<string, OwnWord>([
  ['status', { summary: 'Tell whether the server is running, and which release it speaks', run: status }],
  [
    'started',
    {
      summary: 'Wait until the server is running, for a minute at most',
      run: client => until(() => isRunning(client), 'is still not running'),
    },
  ],
  [
    'stopped',
    {
      summary: 'Wait until the server is not running, for a minute at most',
      run: client => until(async () => !(await isRunning(client)), 'is still running'),
    },
  ],
])

/** The original's two lines; scripts read the release out of the second. */
async function status(client: ControlClient, { print, ends }: Call): Promise<void> {
  const { status: code, text } = await client.ask('POST', '/api/status/v1', {})
  const said = code === 200 ? String(JSON.parse(text)) : ''
  const [, node, rest] = /^The node (\S+) is .*?(ejabberd \S+ is running in that node)/s.exec(said) ?? []
  if (node !== undefined) return print(`The node '${node}' is started with status: started\n${rest}`)
  if (said !== '') return print(said)
  print('ejabberd is not running in that node\nPatchbay runs, but none of its plugins answers for ejabberd now')
  ends(EXIT.failed)
}

async function isRunning(client: ControlClient): Promise<boolean> {
  try {
    // It waits while plugins start, so whoever has waited for it can call their commands.
    return (await client.ask('GET', '/kernel/status')).status === 200
  } catch (thrown) {
    if (thrown instanceof Refusal) return false
    throw thrown
  }
}

async function until(holds: () => Promise<boolean>, otherwise: string): Promise<void> {
  const late = performance.now() + PATIENCE_MS
  while (!(await holds())) {
    if (performance.now() > late) throw new Refusal(`the server ${otherwise}`, { hint: 'patchbay logs tells why' })
    await pause(LOOK_MS)
  }
}
