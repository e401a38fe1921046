import type { Command } from '../command.js'
import { CLIENT_FILTERS, clientFilter } from './client-filter.js'
import { moment, printList } from './pages.js'

export interface Client {
  client_id: string
  connected: boolean
  username: string | null
  address: string | null
  port: number | null
  transport: string | null
  connected_at: string | null
  disconnected_at: string | null
  subscriptions: number
  queued: number
  [field: string]: unknown
}

export const mqttClients: Command = {
  name: 'mqtt clients',
  summary: 'lists MQTT clients and persistent sessions, filtered by the server',
  details: [
    'Of several filters all must hold. --since and --until are about when the client connected. A client that is away',
    'has a persistent session, in which messages may wait for it.',
  ].join('\n'),
  options: [...CLIENT_FILTERS, 'limit', 'json', 'data'],
  example: "patchbay mqtt clients --state connected --like 'sensor-*' --address 10.0.0.0/8",
  run: call =>
    printList<Client, 'clients'>(call, '/mqtt/v1/clients', 'clients', new URLSearchParams(clientFilter(call.options)), {
      'CLIENT ID': client => client.client_id,
      STATE: client => (client.connected ? 'connected' : 'away'),
      USER: client => client.username,
      ADDRESS: client => (client.port === null ? client.address : `${client.address}:${client.port}`),
      VIA: client => client.transport,
      SUBSCRIPTIONS: client => client.subscriptions,
      QUEUED: client => client.queued || '',
      SINCE: client => moment(client.connected ? client.connected_at : client.disconnected_at),
    }),
}
