import { createServer } from 'node:net'
import { Aedes } from 'aedes'
import { answer, argumentOf } from './child.js'

export type PlainAedesVerbs = { opened(): Promise<void> }

/** aedes as its manual starts it. */
const { port } = argumentOf<{ port: number }>()
const opened = (async () => {
  const aedes = await Aedes.createBroker()
  const server = createServer(aedes.handle)
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
})()

answer({ opened: () => opened } satisfies PlainAedesVerbs)
