import type { Cell } from 'patchbay'
import type { MqttListener, Transport } from '../backend.js'
import type { HttpListenerRow } from './http-listeners.js'

type Row = Record<string, Cell>

const TYPES: Readonly<Record<Transport, string>> = { tcp: 'mqtt', tls: 'mqtts', ws: 'mqttws', wss: 'mqttwss' }
/** What the broker speaks where a listener does not say. */
const SPOKEN = [3, 4]

interface Wanted {
  tls: boolean
  mqtt: boolean
}

/** A row of `listener show`, with `ip` of 1.12 and `address` since 1.13. */
export function mqttRow(listener: MqttListener, wanted: Wanted): Row {
  const { transport, status, address, port, mountpoint = '', maxConnections } = listener
  return {
    type: TYPES[transport],
    status,
    ip: address,
    address,
    port: String(port),
    mountpoint,
    max_conns: maxConnections === 0 ? 'infinity' : maxConnections,
    active_conns: listener.connections,
    all_conns: listener.totalConnections,
    ...(wanted.tls && tlsColumns(listener)),
    ...(wanted.mqtt && {
      allowed_protocol_versions: `[${listener.protocolVersions ?? SPOKEN}]`,
      allow_anonymous_override: listener.allowAnonymous ?? null,
    }),
  }
}

export function httpRow(listener: HttpListenerRow, wanted: Wanted): Row {
  const { certfile, keyfile } = listener
  const certificate = { ...(certfile !== undefined && { certfile }), ...(keyfile !== undefined && { keyfile }) }
  return {
    type: listener.type,
    status: listener.status,
    ip: listener.address,
    address: listener.address,
    port: String(listener.port),
    mountpoint: '',
    max_conns: listener.maxConnections ?? 'infinity',
    active_conns: listener.connections,
    all_conns: listener.totalConnections,
    ...(wanted.tls && tlsColumns({ certificate })),
    ...(wanted.mqtt && { allowed_protocol_versions: null, allow_anonymous_override: null }),
  }
}

type Tls = Pick<MqttListener, 'certificate' | 'tlsVersion' | 'requireCertificate' | 'useIdentityAsUsername'>

function tlsColumns(listener: Partial<Tls>): Row {
  const { certificate = {}, tlsVersion, requireCertificate, useIdentityAsUsername } = listener
  return {
    tls_version: tlsVersion ?? null,
    certfile: certificate.certfile ?? null,
    cafile: certificate.cafile ?? null,
    keyfile: certificate.keyfile ?? null,
    require_certificate: requireCertificate ?? false,
    use_identity_as_username: useIdentityAsUsername ?? false,
    psk_support: false,
    pskfile: null,
  }
}
