import type { Awaitable } from './awaitable.js'

export interface MqttListeners {
  list(): Awaitable<MqttListener[]>
  /** Throws KernelError `port_taken`, `listen_failed`, `conflict` (it is open already) or `config_invalid`. */
  start(options: ListenerOptions): Promise<void>
  /** Stops accepting; its connections stay unless `kill`. False when there is none; all of these. */
  stop(address: string, port: number, kill: boolean): Promise<boolean>
  /** Accepts again with the options it had. */
  restart(address: string, port: number): Promise<boolean>
  /** Forgets a stopped listener; a running one is stopped first. */
  delete(address: string, port: number): Promise<boolean>
}

export type Transport = 'tcp' | 'tls' | 'ws' | 'wss'

export interface ListenerOptions {
  transport: Transport
  address: string
  port: number
  /** 0 is no limit. */
  maxConnections?: number
  mountpoint?: string
  /** Files in PEM; without them the self-signed certificate of the house. */
  certificate?: { certfile?: string; keyfile?: string; cafile?: string }
  /** Whether a client must show a certificate that `cafile` vouches for. */
  requireCertificate?: boolean
  /** Whether the certificate's common name is the user name, and no password is asked. */
  useIdentityAsUsername?: boolean
  tlsVersion?: string
  ciphers?: string
  /** Whether each connection begins with a PROXY line that tells the client's address. */
  proxyProtocol?: boolean
  /** Of 3, 4, 5; all that the broker speaks unless said. */
  protocolVersions?: number[]
  /** Overrides the broker's `allow_anonymous` for this listener. */
  allowAnonymous?: boolean
}

export interface MqttListener extends ListenerOptions {
  status: 'running' | 'stopped'
  /** Whether it is in the configuration, or was started by a call and ends with the process. */
  configured: boolean
  maxConnections: number
  connections: number
  /** Since it was opened. */
  totalConnections: number
  /** Why connections ended abnormally, each with a count. */
  shutdowns: Readonly<Record<string, number>>
}
