export interface OptionDefinition {
  /** What stands for its value in the help; an option without one is a switch. */
  readonly value?: string
  readonly help: string
}

/** Every option there is, once; a command names those that it takes. */
export const OPTIONS = {
  cascade: { help: 'also start what it requires, or stop what requires it' },
  data: { value: 'DIR', help: 'the data folder of the Patchbay meant (else PATCHBAY_DATA, else the configuration)' },
  follow: { help: 'go on with every new line until interrupted' },
  help: { help: 'show this' },
  json: { help: 'print JSON for scripts: what the native API answers, or {"error": …}' },
  limit: { value: 'N', help: 'how many of the newest lines (100)' },
  plugin: { value: 'NAME', help: 'only the lines of this plugin' },
  watch: { help: 'reload a plugin when its compiled files change' },
  yes: { help: 'do it; without this nothing is removed' },
} as const satisfies Record<string, OptionDefinition>

export type OptionName = keyof typeof OPTIONS

/** The options of one call, by name. */
export type Options = {
  readonly [name in OptionName]?: (typeof OPTIONS)[name] extends { value: string } ? string : boolean
}
