import { setTimeout as pause } from 'node:timers/promises'
import { Child } from './parts/child.js'
import { benchmark, option } from './parts/program.js'
import { spread } from './parts/statistics.js'
import { bar, note, type Row } from './parts/table.js'
import type { XmppCrowdVerbs } from './parts/xmpp-crowd.js'
import { startOurXmpp } from './parts/xmpp-ours.js'

/** Streams whose clients write to each other, while the face and the server beneath them are reloaded in turn. */
async function xmppReloads(): Promise<Row[]> {
  const streams = option('streams', 1000)
  const reloads = option('reloads', 200)
  const names = ['xmpp-admin', 'xmpp-server'] as const
  const ours = await startOurXmpp(streams)
  const crowd = new Child<XmppCrowdVerbs>('xmpp-crowd', { port: ours.port })
  const connected = await crowd.ask('connect', streams)
  await crowd.ask('flow', option('rate', 2000))
  const times = { 'xmpp-admin': [] as number[], 'xmpp-server': [] as number[] }
  for (let reload = 0; reload < reloads; reload++) {
    for (const name of names) {
      times[name].push(await ours.server.ask('reload', name))
      await pause(10)
    }
  }
  const { sent, lost, repeated, closed, seconds } = await crowd.ask('stop')
  await Promise.all([crowd.end(), ours.end()])
  const title = `${connected} streams, ${reloads} reloads of ${names.join(' and of ')}`
  return [
    bar(`${title}: streams closed`, `${closed}`, '0', closed === 0 && connected === streams),
    bar('the same: messages lost', `${lost} of ${sent}`, '0', lost === 0 && sent > 0),
    note('messages a second, delivered twice', `${(sent / seconds).toFixed(0)}, ${repeated}`),
    ...names.map(name => note(`a reload of ${name}`, `${spread(times[name])} ms`)),
  ]
}

void benchmark('Streams of XMPP during reloads', xmppReloads)
