import type { Counter } from '../backend.js'
import type { Snapshot } from './snapshot.js'

/** A counter of the broker, how a snapshot tells it, or undefined for what nobody can measure here: it stays 0. */
type Source = Counter | ((now: Snapshot) => number) | undefined

export interface Metric {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly description: string
  readonly source: Source
  /** Versions of MQTT that it is told apart by; without them it has no such label. */
  readonly versions: readonly (4 | 5)[]
  /** The reason code of its series of MQTT 5, where it has one. */
  readonly reason: string | undefined
}

type Row = readonly [name: string, description: string, source?: Source, versions?: string]

const metrics = (type: Metric['type'], rows: readonly Row[]): Metric[] =>
  rows.map(([name, description, source, versions = '']) => {
    const [labels = '', reason] = versions.split(' ')
    return {
      name,
      type,
      description,
      source,
      reason,
      versions: [...labels].map(Number) as (4 | 5)[],
    }
  })

/** The third column is where the figure comes from; the fourth `4`, `5` or `45`, and the reason code of the latter. */
export const METRICS: readonly Metric[] = [
  ...metrics('counter', [
    ['socket_open', 'connections opened', 'sockets.opened'],
    ['socket_close', 'connections closed', 'sockets.closed'],
    ['socket_close_timeout', 'connections closed because nothing came in time', 'sockets.timeouts'],
    ['socket_error', 'connections that failed', 'sockets.errors'],
    ['bytes_received', 'bytes received', 'bytes.received'],
    ['bytes_sent', 'bytes sent', 'bytes.sent'],

    ['mqtt_connect_received', 'CONNECT packets received', 'packets.connect.received', '45'],
    ['mqtt_publish_received', 'PUBLISH packets received', 'packets.publish.received', '45'],
    ['mqtt_puback_received', 'PUBACK packets received', 'packets.puback.received', '45 success'],
    ['mqtt_pubrec_received', 'PUBREC packets received', 'packets.pubrec.received', '45 success'],
    ['mqtt_pubrel_received', 'PUBREL packets received', 'packets.pubrel.received', '45 success'],
    ['mqtt_pubcomp_received', 'PUBCOMP packets received', 'packets.pubcomp.received', '45 success'],
    ['mqtt_subscribe_received', 'SUBSCRIBE packets received', 'packets.subscribe.received', '45'],
    ['mqtt_unsubscribe_received', 'UNSUBSCRIBE packets received', 'packets.unsubscribe.received', '45'],
    ['mqtt_pingreq_received', 'PINGREQ packets received', 'packets.pingreq.received', '45'],
    ['mqtt_disconnect_received', 'DISCONNECT packets received', 'packets.disconnect.received', '45 normal_disconnect'],
    ['mqtt_connack_sent', 'CONNACK packets sent', 'packets.connack.sent', '45 success'],
    ['mqtt_connack_accepted_sent', 'connections accepted', 'connack.accepted', '4'],
    ['mqtt_connack_unacceptable_protocol_sent', 'connections refused: protocol', 'connack.unacceptable_protocol', '4'],
    ['mqtt_connack_identifier_rejected_sent', 'connections refused: client id', 'connack.identifier_rejected', '4'],
    ['mqtt_connack_server_unavailable_sent', 'connections refused: not now', 'connack.server_unavailable', '4'],
    ['mqtt_connack_bad_credentials_sent', 'connections refused: credentials', 'connack.bad_credentials', '4'],
    ['mqtt_connack_not_authorized_sent', 'connections refused: not allowed', 'connack.not_authorized', '4'],
    ['mqtt_publish_sent', 'PUBLISH packets sent', 'packets.publish.sent', '45'],
    ['mqtt_puback_sent', 'PUBACK packets sent', 'packets.puback.sent', '45 success'],
    ['mqtt_pubrec_sent', 'PUBREC packets sent', 'packets.pubrec.sent', '45 success'],
    ['mqtt_pubrel_sent', 'PUBREL packets sent', 'packets.pubrel.sent', '45 success'],
    ['mqtt_pubcomp_sent', 'PUBCOMP packets sent', 'packets.pubcomp.sent', '45 success'],
    ['mqtt_suback_sent', 'SUBACK packets sent', 'packets.suback.sent', '45'],
    ['mqtt_unsuback_sent', 'UNSUBACK packets sent', 'packets.unsuback.sent', '45'],
    ['mqtt_pingresp_sent', 'PINGRESP packets sent', 'packets.pingresp.sent', '45'],
    ['mqtt_publish_auth_error', 'messages that an ACL rule refused', 'publish.refused_by_acl', '45'],
    ['mqtt_subscribe_auth_error', 'subscriptions that an ACL rule refused', 'subscribe.refused_by_acl', '45'],
    ['mqtt_invalid_msg_size_error', 'packets that were too large', 'packets.too_large', '45'],
    ['mqtt_puback_invalid_error', 'PUBACK packets nobody waited for', 'packets.puback.missed', '45'],
    ['mqtt_pubrec_invalid_error', 'PUBREC packets nobody waited for', 'packets.pubrec.missed', '4'],
    ['mqtt_pubcomp_invalid_error', 'PUBCOMP packets nobody waited for', 'packets.pubcomp.missed', '45'],
    ['mqtt_publish_error', 'messages that could not be taken: too much QoS 2 in flight', 'messages.qos2.dropped', '45'],
    ['mqtt_subscribe_error', 'subscriptions that failed', undefined, '45'],
    ['mqtt_unsubscribe_error', 'unsubscriptions that failed', undefined, '45'],
    ['client_keepalive_expired', 'clients that were silent for too long', 'keepalive.expired', '45'],
    ['mqtt_disconnect_sent', 'DISCONNECT packets sent, of MQTT 5', undefined, '5 normal_disconnect'],
    ['mqtt_auth_received', 'AUTH packets received, of MQTT 5', undefined, '5 success'],
    ['mqtt_auth_sent', 'AUTH packets sent, of MQTT 5', undefined, '5 success'],

    ['queue_setup', 'sessions opened', 'sessions.opened'],
    ['queue_initialized_from_storage', 'sessions found in the storage at the start', 'sessions.restored'],
    ['queue_teardown', 'sessions ended', 'sessions.closed'],
    ['queue_message_drop', 'messages that a queue had no room for', 'queue.dropped'],
    ['queue_message_expired', 'messages that expired in a queue'],
    ['queue_message_unhandled', 'messages that nobody had subscribed to', 'publish.unrouted'],
    ['queue_message_in', 'messages put into queues', 'queue.in'],
    ['queue_message_out', 'messages taken out of queues', 'queue.out'],
    ['client_expired', 'sessions that waited for their client too long', 'sessions.expired'],
    ['router_matches_local', 'subscriptions that messages were matched with', 'router.matches'],
    ['router_matches_remote', 'the same at other nodes'],
    ['cluster_bytes_received', 'bytes received from other nodes'],
    ['cluster_bytes_sent', 'bytes sent to other nodes'],
    ['cluster_bytes_dropped', 'bytes not sent to other nodes'],
    ['netsplit_detected', 'splits of the cluster'],
    ['netsplit_resolved', 'splits of the cluster that healed'],

    ['system_context_switches', 'context switches of the process', now => now.process.contextSwitches],
    ['system_exact_reductions', 'reductions of Erlang'],
    ['system_gc_count', 'collections of garbage', now => now.process.collections],
    ['system_io_in', 'bytes read from disk', now => now.process.read],
    ['system_io_out', 'bytes written to disk', now => now.process.written],
    ['system_reductions', 'reductions of Erlang'],
    ['system_runtime', 'milliseconds of CPU time', now => now.process.cpu],
    ['system_wallclock', 'milliseconds since the process began', now => now.process.wallclock],
    ['system_words_reclaimed_by_gc', 'words freed, of Erlang'],
  ]),
  ...metrics('gauge', [
    ['queue_processes', 'sessions', now => now.gauges.sessions.count],
    ['retain_memory', 'bytes of the retained messages'],
    ['retain_messages', 'retained messages', now => now.gauges.retained.count],
    ['router_memory', 'bytes of the routing table'],
    ['router_subscriptions', 'subscriptions', now => now.gauges.subscriptions.count],
    ['system_process_count', 'processes of Erlang'],
    ['system_run_queue', 'processes of Erlang that wait'],
    ['system_utilization', 'per cent of its time that the event loop was busy', now => now.process.utilization],
    ['system_utilization_scheduler_1', 'the same: there is one event loop', now => now.process.utilization],
    ['vm_memory_atom', 'bytes of atoms, of Erlang'],
    ['vm_memory_atom_used', 'bytes of used atoms, of Erlang'],
    ['vm_memory_binary', 'bytes of buffers', now => now.process.memory.buffers],
    ['vm_memory_code', 'bytes of compiled code', now => now.process.memory.code],
    ['vm_memory_ets', 'bytes of tables, of Erlang'],
    ['vm_memory_processes', 'bytes of the heap', now => now.process.memory.heap],
    ['vm_memory_processes_used', 'bytes of the heap in use', now => now.process.memory.heapUsed],
    ['vm_memory_system', 'bytes beside the heap', ({ process: { memory } }) => memory.total - memory.heap],
    ['vm_memory_total', 'bytes of memory that the process has', now => now.process.memory.total],
    ['active_mqtt_connections', 'clients over TCP and TLS', now => now.connections.mqtt],
    ['active_mqttws_connections', 'clients over WebSocket', now => now.connections.mqttws],
    ['total_active_connections', 'clients', now => now.gauges.clients.count],
  ]),
]
