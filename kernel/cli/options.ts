export interface OptionDefinition {
  /** What stands for its value in the help; an option without one is a switch. */
  readonly value?: string
  readonly help: string
  /** May be given several times: the values are joined with commas. */
  readonly many?: true
}

/** Every option there is, once; a command names those that it takes. */
export const OPTIONS = {
  address: { value: 'IP', help: 'only calls from this address' },
  as: { value: 'WHO', help: 'the caller: an operator, or user@host; without it a caller without credentials' },
  cascade: { help: 'also start what it requires, or stop what requires it' },
  command: { value: 'NAME', help: 'only calls of this command' },
  data: { value: 'DIR', help: 'the data folder of the Patchbay meant (else PATCHBAY_DATA, else the configuration)' },
  face: { value: 'FACE', help: 'admin_rest, ejabberd, emq, vernemq, hermes or native' },
  follow: { help: 'go on with every new line until interrupted' },
  help: { help: 'show this' },
  ip: { value: 'ADDRESS', help: 'where the call comes from (127.0.0.1)' },
  json: { help: 'print JSON for scripts: what the native API answers, or {"error": …}' },
  limit: { value: 'N', help: 'how many of the newest (100)' },
  plugin: { value: 'NAME', help: 'only the lines of this plugin' },
  result: { value: 'RESULT', help: 'only done, failed, denied or "wrong credentials"' },
  scope: { value: 'SCOPE', help: 'makes it a token, or a key, with this scope; several with commas', many: true },
  since: { value: 'TIME', help: 'from then on: 90m, 24h, 7d, or 2026-11-22T09:00:00Z' },
  strict: { help: 'warnings are failures too' },
  tag: { value: 'TAG', help: 'the tag of the listener that the call comes through' },
  until: { value: 'TIME', help: 'up to then' },
  watch: { help: 'reload a plugin when its compiled files change' },
  who: { value: 'NAME', help: 'only calls of this caller' },
  yes: { help: 'do it; without this nothing is removed' },
} as const satisfies Record<string, OptionDefinition>

export type OptionName = keyof typeof OPTIONS

/** The options of one call, by name. */
export type Options = {
  readonly [name in OptionName]?: (typeof OPTIONS)[name] extends { value: string } ? string : boolean
}
