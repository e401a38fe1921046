import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Child } from './child.js'
import type { PlainAedesVerbs } from './plain-aedes.js'
import { startPatchbay } from './servers.js'
import { freePort, temporaryFolder } from './temporary.js'

/** A broker in a process of its own. */
export interface BenchedBroker {
  name: 'patchbay' | 'aedes' | 'mosquitto'
  port: number
  pid: number
  end(): Promise<void>
}

/** Ours as people run it: the whole server, with metering, ACL and sessions in the kernel's store. */
export async function startOurs(options: Record<string, unknown> = {}): Promise<BenchedBroker> {
  const port = await freePort()
  const server = await startPatchbay({
    start: ['auth', 'mqtt-broker', 'mqtt-admin'],
    plugins: { 'mqtt-broker': { port, ws_port: false, ...options }, 'xmpp-server': { port: 0, tls_port: 0 } },
  })
  return { name: 'patchbay', port, pid: server.process.pid!, end: () => server.end() }
}

/** `aedes` and nothing else, with Node's usual flags. */
export async function startPlainAedes(): Promise<BenchedBroker> {
  const port = await freePort()
  const child = new Child<PlainAedesVerbs>('plain-aedes', { port })
  await child.ask('opened')
  return { name: 'aedes', port, pid: child.process.pid!, end: () => child.end() }
}

const MOSQUITTO = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'].find(existsSync)

/** Debian's Mosquitto, told to keep up as well as it can; undefined where it is not installed. */
export async function startMosquitto(): Promise<BenchedBroker | undefined> {
  if (!MOSQUITTO) return undefined
  const port = await freePort()
  const file = join(temporaryFolder(), 'mosquitto.conf')
  const lines = [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence false',
    'max_queued_messages 0',
    'max_inflight_messages 0',
    'set_tcp_nodelay true',
    'log_type error',
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  const child: ChildProcess = spawn(MOSQUITTO, ['-c', file], { stdio: 'ignore' })
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries > 50 || child.exitCode !== null) throw new Error('mosquitto did not start')
    await pause(100)
  }
  const end = async () => {
    const gone = once(child, 'exit')
    child.kill()
    await gone
  }
  return { name: 'mosquitto', port, pid: child.pid!, end }
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true))
    socket.once('error', () => resolve(false))
    socket.once('close', () => socket.destroy())
    socket.once('connect', () => socket.destroy())
  })
}
