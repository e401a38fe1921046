import { BYTES, DURATION, enumOf, FLAG, FLOAT, INTEGER, SWITCH, type ValueForm } from './config-values.js'

/** A key of EMQ's `configs`: kept by the broker under `setting`, or always the same here. */
export type ConfigKey = { key: string; datatype: string } & ({ setting: string; form: ValueForm } | { value: string })

const NOT_KNOWN = 'undefined'
const ANONYMOUS: ValueForm = {
  // Anonymous clients on loopback only are allowed somewhere, which whoever looks for open doors should see.
  show: value => (value === 'never' ? 'false' : 'true'),
  read: text => ({ true: 'always', false: 'never' })[text],
}

/** The 29 keys of emqttd 2.3.11, ascending, with their datatypes as it shows them (contracts/mqtt.md §1.3). */
export const CONFIG_KEYS: readonly ConfigKey[] = [
  { key: 'log.console.level', datatype: 'enum', value: NOT_KNOWN },
  { key: 'mqtt.acl_file', datatype: 'string', value: NOT_KNOWN },
  { key: 'mqtt.acl_nomatch', datatype: 'enum', setting: 'acl_nomatch', form: enumOf('allow', 'deny') },
  { key: 'mqtt.allow_anonymous', datatype: 'enum', setting: 'allow_anonymous', form: ANONYMOUS },
  { key: 'mqtt.broker.sys_interval', datatype: 'duration', setting: 'sys_interval', form: DURATION },
  { key: 'mqtt.cache_acl', datatype: 'enum', setting: 'acl_cache', form: SWITCH },
  { key: 'mqtt.client.enable_stats', datatype: 'flag', value: NOT_KNOWN },
  { key: 'mqtt.client.idle_timeout', datatype: 'duration', setting: 'connect_timeout', form: DURATION },
  { key: 'mqtt.client.max_publish_rate', datatype: 'integer', setting: 'max_publish_rate', form: INTEGER },
  { key: 'mqtt.conn.force_gc_count', datatype: 'integer', value: '0' },
  { key: 'mqtt.keepalive_backoff', datatype: 'float', setting: 'keepalive_backoff', form: FLOAT },
  { key: 'mqtt.max_clientid_len', datatype: 'integer', setting: 'max_clientid_length', form: INTEGER },
  { key: 'mqtt.max_packet_size', datatype: 'bytesize', setting: 'max_packet_size', form: BYTES },
  { key: 'mqtt.mqueue.high_watermark', datatype: 'percent', value: NOT_KNOWN },
  { key: 'mqtt.mqueue.low_watermark', datatype: 'percent', value: NOT_KNOWN },
  { key: 'mqtt.mqueue.max_length', datatype: 'integer', setting: 'max_queue_length', form: INTEGER },
  { key: 'mqtt.mqueue.priority', datatype: 'string', value: '' },
  { key: 'mqtt.mqueue.store_qos0', datatype: 'enum', setting: 'queue_qos0', form: SWITCH },
  { key: 'mqtt.mqueue.type', datatype: 'atom', value: 'simple' },
  { key: 'mqtt.session.await_rel_timeout', datatype: 'duration', value: NOT_KNOWN },
  { key: 'mqtt.session.enable_stats', datatype: 'flag', value: 'true' },
  {
    key: 'mqtt.session.expiry_interval',
    datatype: 'duration',
    setting: 'session_expiry_interval',
    form: DURATION,
  },
  { key: 'mqtt.session.ignore_loop_deliver', datatype: 'enum', setting: 'ignore_loop_deliver', form: SWITCH },
  { key: 'mqtt.session.max_awaiting_rel', datatype: 'integer', setting: 'max_awaiting_rel', form: INTEGER },
  { key: 'mqtt.session.max_inflight', datatype: 'integer', value: '0' },
  { key: 'mqtt.session.max_subscriptions', datatype: 'integer', setting: 'max_subscriptions', form: INTEGER },
  { key: 'mqtt.session.retry_interval', datatype: 'duration', value: '0' },
  { key: 'mqtt.session.upgrade_qos', datatype: 'flag', setting: 'upgrade_qos', form: FLAG },
  { key: 'mqtt.websocket_protocol_header', datatype: 'flag', value: 'on' },
]
