/** What `mqtt-admin` needs of whoever serves MQTT: the service `mqtt-backend`. */
export interface MqttBackend {
  readonly product: { version: string; description: string }
  /** When the broker began to run; it outlives reloads of its plugin. */
  readonly startedAt: Date
  /** How many clients are connected. */
  clientCount(): number
  /** Connected clients in a stable order, from the `offset`th on. */
  clients(offset: number, limit: number): MqttClient[]
  /** The connected client of that id. */
  client(clientId: string): MqttClient | undefined
  /** Connected clients and persistent sessions whose client is away, in a stable order. */
  sessions(limit: number, matches: (session: MqttSession) => boolean): MqttSession[]
  /** Closes the client's connection; its will is published, a persistent session stays. False when it is not connected. */
  disconnect(clientId: string): Promise<boolean>
  /** Forgets a persistent session whose client is away, with its subscriptions and queue. */
  forget(clientId: string): Promise<void>
}

export interface MqttClient {
  clientId: string
  username: string | undefined
  /** IPv4 without its IPv6 mapping. */
  address: string
  port: number
  cleanSession: boolean
  /** Protocol level of CONNECT: 3 is MQTT 3.1, 4 is MQTT 3.1.1. */
  protocol: number
  /** Seconds. */
  keepalive: number
  connectedAt: Date
}

export interface MqttSession {
  clientId: string
  /** The connection, while there is one. */
  client: MqttClient | undefined
}
