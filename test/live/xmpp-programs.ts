import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { installed } from './installed.js'

/** Who logs in where, with a home folder of its own. */
export interface Login {
  /** Of clients that begin without TLS. */
  port: number
  user: string
  password: string
  /** A folder, made when it is missing. */
  home: string
}

/** A client with a user interface, driven from outside. */
export interface Driven {
  send(to: string, body: string): void
  /** All it has recorded of its conversations. */
  recorded(): string
  end(): Promise<void>
}

const PATIENCE_MS = 20_000
const SLIXMPP = join(__dirname, '..', '..', '..', 'test', 'live', 'slixmpp-client.py')
/** Debian's own: any other one on the PATH does not know Debian's packages. */
const PYTHON = '/usr/bin/python3'

const children = new Set<ChildProcess>()
// A test that fails half-way must not leave a client behind.
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** Whether Debian's Python has slixmpp, as `installed` would tell of a program. */
export function hasSlixmpp(): boolean {
  return existsSync(PYTHON) && spawnSync(PYTHON, ['-c', 'import slixmpp'], { stdio: 'ignore' }).status === 0
}

/** Sends one message and ends; throws what the program wrote when it failed. */
export async function sendWith(
  program: 'go-sendxmpp' | 'sendxmpp',
  { port, user, password, home }: Login,
  to: string,
  body: string,
  options: readonly string[] = [],
): Promise<void> {
  const server: string[] =
    program === 'sendxmpp'
      ? ['-u', user, '-j', `localhost:${port}`, '-p', password]
      : ['-u', `${user}@localhost`, '-j', `127.0.0.1:${port}`, '-p', password]
  const child = begin(program, [...server, ...options, to], home)
  child.stdin!.end(`${body}\n`)
  // sendxmpp waits for ever for a server that does not go on as it expects.
  const late = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS)
  const [code, signal] = await once(child, 'close')
  clearTimeout(late)
  if (code !== 0) throw new Error(`${program} ended with ${code ?? signal}: ${child.written()}`)
}

/** mcabber, which takes commands from a pipe and writes a history. */
export function startMcabber({ port, user, password, home }: Login): Driven {
  const file = join(home, 'mcabberrc')
  const pipe = join(home, 'commands')
  const history = join(home, 'history')
  mkdirSync(history, { recursive: true })
  const lines = [
    `set jid = ${user}@localhost`,
    `set password = ${password}`,
    'set server = 127.0.0.1',
    `set port = ${port}`,
    'set resource = mcabber',
    'set disable_random_resource = 1',
    'set tls = 1',
    'set ssl_ignore_checks = 1',
    'set logging = 1',
    `set logging_dir = ${history}`,
    `set fifo_name = ${pipe}`,
    'module load fifo',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 })
  const child = onTerminal(`${installed('mcabber')} -f ${file}`, home)
  return {
    send: (to, body) => appendFileSync(pipe, `/say_to ${to} ${body}\n`),
    recorded: () => textIn(history),
    end: () => ended(child),
  }
}

/** profanity, which reads commands from its terminal and logs what is said. */
export function startProfanity({ port, user, password, home }: Login): Driven {
  const configuration = join(home, 'config', 'profanity', 'profrc')
  const accounts = join(home, 'data', 'profanity', 'accounts')
  const account = `${user}@localhost`
  for (const file of [configuration, accounts]) mkdirSync(dirname(file), { recursive: true })
  writeFileSync(configuration, '[logging]\nchlog=true\nhistory=true\n[ui]\nsplash=false\n')
  const values = {
    enabled: 'true',
    jid: account,
    resource: 'profanity',
    password,
    server: '127.0.0.1',
    port,
    'tls.policy': 'trust',
  }
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}`)
  writeFileSync(accounts, `[${account}]\n${lines.join('\n')}\n`)
  const child = onTerminal(`${installed('profanity')} -a ${account}`, home)
  return {
    send: (to, body) => void child.stdin!.write(`/msg ${to} ${body}\r`),
    recorded: () => textIn(join(home, 'data', 'profanity', 'chatlogs')),
    end: () => ended(child),
  }
}

export interface SlixmppEvent {
  event: 'online' | 'message' | 'presence' | 'roster' | 'stream_error' | 'failed_auth' | 'closed'
  [detail: string]: unknown
}

/** slixmpp, which sends what it is told to and tells what it hears. */
export interface Slixmpp {
  events: SlixmppEvent[]
  /** The first event of a kind, now or later, taken away. */
  next(event: SlixmppEvent['event']): Promise<SlixmppEvent>
  sendRaw(xml: string): void
  end(): Promise<void>
}

export function startSlixmpp({ port, user, password, home }: Login): Slixmpp {
  const child = begin(PYTHON, [SLIXMPP, `${user}@localhost/slixmpp`, password, '127.0.0.1', String(port)], home)
  const events: SlixmppEvent[] = []
  createInterface(child.stdout!).on('line', line => {
    if (line.startsWith('{')) events.push(JSON.parse(line))
  })
  return {
    events,
    async next(event) {
      await until(
        () => events.some(each => each.event === event),
        () => `slixmpp told of no ${event}, but of ${JSON.stringify(events)}: ${child.written()}`,
      )
      return events.splice(
        events.findIndex(each => each.event === event),
        1,
      )[0]!
    },
    sendRaw: xml => void child.stdin!.write(`${xml}\n`),
    end: () => ended(child),
  }
}

/** Rejects with what `otherwise` says when `met` is not so within some seconds. */
export async function until(met: () => unknown, otherwise: () => string): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !(await met()); await pause(50)) {
    if (performance.now() > end) throw new Error(otherwise())
  }
}

interface Begun extends ChildProcess {
  /** What it has written so far. */
  written(): string
}

function begin(program: string, given: readonly string[], home: string): Begun {
  mkdirSync(home, { recursive: true })
  const child = spawn(installed(program) ?? program, given, {
    cwd: home,
    env: {
      ...process.env,
      HOME: home,
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_DATA_HOME: join(home, 'data'),
      TERM: 'xterm',
      COLUMNS: '100',
      LINES: '40',
    },
  })
  children.add(child)
  child.once('close', () => children.delete(child))
  child.stdin.on('error', () => undefined)
  let written = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', text => {
      written += text
    })
  }
  return Object.assign(child, { written: () => written })
}

/** A program that wants a terminal gets one of its own. */
function onTerminal(command: string, home: string): Begun {
  return begin('script', ['--quiet', '--flush', '--return', '--command', command, '/dev/null'], home)
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'close')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 2000)
  await gone
  clearTimeout(late)
}

/** All files of a folder and of those in it, one after the other. */
function textIn(folder: string): string {
  if (!existsSync(folder)) return ''
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile())
    .map(entry => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('')
}
