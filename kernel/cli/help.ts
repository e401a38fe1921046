import type { Command } from './command.js'
import { EXIT_CODES } from './exit-codes.js'
import { OPTIONS, type OptionName } from './options.js'
import { fields } from './table.js'

/** The help page of everything, or of one group such as `plugin`. */
export function helpOf(group: string, commands: readonly Command[]): string {
  const shown = commands.filter(command => !group || command.name.startsWith(`${group} `))
  const list = fields(shown.map(command => [usage(command), command.summary]))
  const [first] = shown
  return page(
    `patchbay ${group ? `${group} ` : ''}COMMAND`,
    group
      ? `Commands of "patchbay ${group}":`
      : 'Runs Patchbay, and administers a running one over its control socket.',
    indented(list),
    `Options\n${indented(optionList(['data', 'json', 'help']))}`,
    `Example\n  ${group && first ? first.example : 'patchbay plugin list'}`,
    `patchbay ${group ? `${group} ` : ''}COMMAND --help says more. ${EXIT_CODES}`,
  )
}

/** The help page of one command. */
export function helpOfCommand(command: Command): string {
  return page(
    `patchbay ${usage(command)}`,
    `${command.summary[0]!.toUpperCase()}${command.summary.slice(1)}.`,
    command.details,
    `Options\n${indented(optionList([...command.options, 'help']))}`,
    `Example\n  ${command.example}`,
    EXIT_CODES,
  )
}

function usage({ name, takes = [] }: Command): string {
  return [name, ...takes].join(' ')
}

function optionList(names: readonly OptionName[]): string {
  return fields(
    names.map(name => {
      const option = OPTIONS[name]
      return [`--${name}${'value' in option ? ` ${option.value}` : ''}`, option.help]
    }),
  )
}

function page(...parts: (string | undefined)[]): string {
  return parts.filter(part => part !== undefined).join('\n\n')
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ')
}
