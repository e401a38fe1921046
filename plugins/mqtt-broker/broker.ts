import { Aedes, type Client, type ConnectPacket } from 'aedes'
import type { PluginContext } from 'patchbay'
import type { AuthenticateClient } from './authentication.js'

/** What is known of a session, as plain data: it outlives the generation that wrote it. */
export interface SessionRecord {
  clientId: string
  username: string | undefined
  address: string
  port: number
  cleanSession: boolean
  protocol: number
  keepalive: number
  /** Milliseconds since the epoch. */
  connectedAt: number
  online: boolean
}

/** The broker and its register of sessions, kept across reloads. */
export interface Broker {
  aedes: Aedes
  /** By client id; insertion order is the order of every list. */
  sessions: Map<string, SessionRecord>
  startedAt: number
}

/** Opens the broker, or takes over the running one with its clients, sessions and messages. */
export function keepBroker(ctx: PluginContext, authenticate: AuthenticateClient): Promise<Broker> {
  const pending = new WeakMap<Client, SessionRecord>()
  return ctx.keep<Broker, BrokerHooks>('broker', {
    async open(call) {
      const sessions = new Map<string, SessionRecord>()
      const aedes = await Aedes.createBroker({
        preConnect: (client, packet, done) => {
          pending.set(client, describe(client, packet))
          done(null, true)
        },
        authenticate: (client, username, password, done) => call.authenticate(client, username, password, done),
      })
      aedes.on('clientReady', client => {
        const record = pending.get(client)
        if (!record) return
        sessions.delete(client.id)
        sessions.set(client.id, { ...record, clientId: client.id })
        pending.set(client, sessions.get(client.id)!)
      })
      aedes.on('clientDisconnect', client => {
        const record = pending.get(client)
        // A taken-over session is already the newcomer's.
        if (!record || sessions.get(client.id) !== record) return
        if (record.cleanSession) sessions.delete(client.id)
        else record.online = false
      })
      return { aedes, sessions, startedAt: Date.now() }
    },
    close: ({ aedes }) => new Promise<void>(resolve => aedes.close(resolve)),
    behaviour: { authenticate },
  })
}

type BrokerHooks = { authenticate: AuthenticateClient }

function describe(client: Client, packet: ConnectPacket): SessionRecord {
  const { remoteAddress = '', remotePort = 0 } = client.conn as { remoteAddress?: string; remotePort?: number }
  return {
    clientId: packet.clientId,
    username: packet.username ?? undefined,
    address: remoteAddress.startsWith('::ffff:') ? remoteAddress.slice(7) : remoteAddress,
    port: remotePort,
    cleanSession: packet.clean ?? true,
    protocol: packet.protocolVersion ?? 4,
    keepalive: packet.keepalive ?? 0,
    connectedAt: Date.now(),
    online: true,
  }
}
