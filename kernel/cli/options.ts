export interface OptionDefinition {
  /** What stands for its value in the help; an option without one is a switch. */
  readonly value?: string
  readonly help: string
  /** May be given several times: the values are joined with commas. */
  readonly many?: true
}

/** Every option there is, once; a command names those that it takes. */
export const OPTIONS = {
  address: { value: 'IP', help: 'only from this address; of MQTT clients also from a network: 10.0.0.0/8' },
  all: { help: 'all of them: needed where no filter is given' },
  as: { value: 'WHO', help: 'the caller: an operator, or user@host; without it a caller without credentials' },
  base64: { help: 'PAYLOAD is base64' },
  before: { value: 'ID', help: 'in front of the rule with this id, instead of last' },
  cascade: { help: 'also start what it requires, or stop what requires it' },
  clean: { value: 'BOOL', help: 'true: only clean sessions; false: only persistent ones' },
  client: { value: 'ID', help: 'only of the client with this id' },
  command: { value: 'NAME', help: 'only calls of this command' },
  data: { value: 'DIR', help: 'the data folder of the Patchbay meant (else PATCHBAY_DATA, else the configuration)' },
  'dry-run': { help: 'only count what it would concern' },
  'end-session': { help: 'end persistent sessions too, with their subscriptions and queues' },
  event: { value: 'NAME', help: 'only events of this name: connected, dropped, …; several with commas', many: true },
  face: { value: 'FACE', help: 'admin_rest, ejabberd, emq, vernemq, hermes or native' },
  file: { value: 'FILE', help: 'take the payload from this file; - is standard input' },
  for: { value: 'TIME', help: 'how long: 90s, 15m, 24h, 7d' },
  follow: { help: 'go on with every new line until interrupted' },
  help: { help: 'show this' },
  ip: { value: 'ADDRESS', help: 'where the call comes from (127.0.0.1)' },
  json: { help: 'print JSON for scripts: what the native API answers, or {"error": …}' },
  like: { value: 'TEXT', help: 'a part of the client id; with * for any text, all of it' },
  limit: { value: 'N', help: 'how many at most (100)' },
  listener: { value: 'IP:PORT', help: 'only those that came in there' },
  matches: { value: 'TOPIC', help: 'only those that a message to this topic reaches' },
  'no-password': { help: 'no password opens it' },
  plugin: { value: 'NAME', help: 'only the lines of this plugin' },
  qos: { value: 'QOS', help: '0, 1 or 2 (0)' },
  reason: { value: 'TEXT', help: 'why, for those who read the list' },
  result: { value: 'RESULT', help: 'only done, failed, denied or "wrong credentials"' },
  retain: { help: 'the broker keeps it for later subscribers' },
  scope: { value: 'SCOPE', help: 'makes it a token, or a key, with this scope; several with commas', many: true },
  since: { value: 'TIME', help: 'from then on: 90m, 24h, 7d, or 2026-11-22T09:00:00Z' },
  state: { value: 'STATE', help: 'connected, away or all' },
  strict: { help: 'warnings are failures too' },
  subscribed: { value: 'FILTER', help: 'only those that subscribe to exactly this filter' },
  tag: { value: 'TAG', help: 'the tag of the listener that the call comes through' },
  topic: { value: 'FILTER', help: 'only what is about topics that match this filter' },
  transport: { value: 'NAME', help: 'tcp, tls, ws or wss' },
  until: { value: 'TIME', help: 'up to then' },
  user: { value: 'NAME', help: 'only of this user' },
  watch: { help: 'reload a plugin when its compiled files change' },
  who: { value: 'NAME', help: 'only calls of this caller' },
  yes: { help: 'do it; without this nothing is removed' },
} as const satisfies Record<string, OptionDefinition>

export type OptionName = keyof typeof OPTIONS

/** The options of one call, by name. */
export type Options = {
  readonly [name in OptionName]?: (typeof OPTIONS)[name] extends { value: string } ? string : boolean
}
