import type { Command } from '../command.js'
import { path } from '../control-client.js'
import { moment, printList } from './pages.js'
import { passwordFor, WHENCE } from './password.js'

interface User {
  name: string
  disabled: boolean
  created_at: string | null
}

const list: Command = {
  name: 'mqtt user list',
  summary: 'lists MQTT users',
  options: ['limit', 'json', 'data'],
  example: 'patchbay mqtt user list --limit 1000',
  run: call =>
    printList<User, 'users'>(call, '/mqtt/v1/users', 'users', new URLSearchParams(), {
      NAME: user => user.name,
      STATE: user => (user.disabled ? 'disabled' : 'enabled'),
      CREATED: user => moment(user.created_at),
    }),
}

const add: Command = {
  name: 'mqtt user add',
  takes: ['NAME'],
  summary: 'adds an MQTT user',
  details: `${WHENCE} With --no-password only a certificate proves the name.`,
  options: ['no-password', 'json', 'data'],
  example: 'patchbay mqtt user add sensor-7',
  async run({ words: [name = ''], options, server, printed, print }) {
    const client = await server()
    const body = options['no-password'] ? { name } : { name, password: await passwordFor(name) }
    const user = await client.post<User>('/mqtt/v1/users', body)
    if (!printed(user)) print(`${user.name} may connect`)
  },
}

const remove: Command = {
  name: 'mqtt user remove',
  takes: ['NAME'],
  summary: 'removes an MQTT user and closes its connections',
  options: ['json', 'data'],
  example: 'patchbay mqtt user remove sensor-7',
  async run({ words: [name = ''], server, printed, print }) {
    const answer = await (await server()).delete(path`/mqtt/v1/users/${name}`)
    if (!printed(answer)) print(`${name} was removed`)
  },
}

const password: Command = {
  name: 'mqtt user password',
  takes: ['NAME'],
  summary: 'changes the password of an MQTT user',
  details: `${WHENCE} Connections stay; the new password counts from the next one on.`,
  options: ['json', 'data'],
  example: 'patchbay mqtt user password sensor-7 < new-password',
  async run({ words: [name = ''], server, printed, print }) {
    const client = await server()
    const answer = await client.put(path`/mqtt/v1/users/${name}`, { password: await passwordFor(name) })
    if (!printed(answer)) print(`${name} has a new password`)
  },
}

function locking(verb: 'disable' | 'enable', summary: string, done: string): Command {
  return {
    name: `mqtt user ${verb}`,
    takes: ['NAME'],
    summary,
    options: ['json', 'data'],
    example: `patchbay mqtt user ${verb} sensor-7`,
    async run({ words: [name = ''], server, printed, print }) {
      const client = await server()
      const answer = await client.put(path`/mqtt/v1/users/${name}`, { disabled: verb === 'disable' })
      if (!printed(answer)) print(`${name} ${done}`)
    },
  }
}

export const MQTT_USER_COMMANDS: readonly Command[] = [
  list,
  add,
  remove,
  password,
  locking('disable', 'lets an MQTT user connect no more and closes its connections', 'may not connect any more'),
  locking('enable', 'lets a disabled MQTT user connect again', 'may connect'),
]
