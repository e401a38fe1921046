import { alert, type PluginContext, type VernemqCommand } from 'patchbay'

type Elsewhere = Omit<VernemqCommand, 'access'> & { why: string }

const FILE = 'the options are in patchbay.yml; "patchbay config show" tells the source of each value'
const BRIDGE = 'there are no bridges here; a bridge of the other broker can connect to a listener of this one'
const SCRIPT = 'there are no Lua scripts here; users and ACL rules are at /mqtt/v1/users and /mqtt/v1/acl'
const LOG = 'the log has one level, "log.level" in patchbay.yml; "patchbay logs" shows it'
const WEBUI = 'there is no web user interface here, but its API answers at /webuiapi/'
const CLUSTER = 'this broker is one node, which has nothing to synchronise'

/** Commands whose purpose is served in another way here, each with the sentence that says so (contracts/mqtt.md §2.4, C). */
const ELSEWHERE: readonly Elsewhere[] = [
  { path: 'node stop', why: 'the node is not stopped over this API: use "plugin disable --name=mqtt-broker"' },
  {
    path: 'node upgrade',
    flags: { 'upgrade-now': {}, 'instruction-file': { value: true } },
    why: 'plugins are upgraded one by one while the node runs: use "patchbay plugin replace" or "patchbay plugin reload"',
  },
  { path: 'node history', why: CLUSTER },
  { path: 'node swc_sync_status', why: CLUSTER },
  { path: 'node flag_as_init_synced', why: CLUSTER },
  {
    path: 'retain delete-expired',
    why: 'retained messages have no expiry in MQTT 3.1.1; use "retain delete --topic="',
  },
  {
    path: 'config reset',
    params: ['app'],
    flags: { key: { value: true }, local: {}, global: {}, 'config-val': {}, 'config-file': {} },
    why: `"patchbay config clear" takes back what was set over an API; ${FILE}`,
  },
  { path: 'log show config', why: LOG },
  { path: 'log level', params: ['logger', 'level'], why: LOG },
  { path: 'bridge show', why: BRIDGE },
  { path: 'bridge start', why: BRIDGE },
  ...['show', 'load', 'reload', 'unload'].map(verb => ({ path: `script ${verb}`, params: ['path'], why: SCRIPT })),
  { path: 'webui show', why: WEBUI },
  { path: 'webui install', why: WEBUI },
  {
    path: 'tls clear-pem-cache',
    why: 'certificates are read when a listener starts and are not cached: use "listener restart"',
  },
]

export function contributeElsewhere(ctx: PluginContext): void {
  for (const { why, ...definition } of ELSEWHERE) {
    ctx.command('vernemq', { ...definition, access: { permission: 'nodes.read' }, reads: true }, () => alert(why))
  }
}
