import { Refusal } from './refusal.js'

/** How many words follow each option, for options that stand before a command of a program with its own command line. */
export type Takes = Readonly<Record<string, number>>

/** The options in front of the first word, with what follows them; the rest is the command's own. */
export function leadingOptions(
  given: readonly string[],
  takes: Takes,
  program: string,
): { options: Map<string, string>; rest: string[] } {
  const options = new Map<string, string>()
  const rest = [...given]
  while (rest[0]?.startsWith('-')) {
    const [, name = '', assigned] = /^([^=]*)(?:=(.*))?$/s.exec(rest.shift()!) ?? []
    const count = takes[name]
    if (count === undefined) throw wrongCall(`${program} has no option "${name}"`, `${program} --help lists them`)
    const values = assigned === undefined ? rest.splice(0, count) : [assigned]
    if (values.length < count) throw wrongCall(`"${name}" needs a value`, `${program} --help says which`)
    options.set(name, values.join(' '))
  }
  return { options, rest }
}

/** A mistake in a command line of `vmq-admin` or `ejabberdctl`: 1, as those have always ended then. */
export function wrongCall(message: string, hint: string): Refusal {
  return new Refusal(message, { code: 'usage', hint })
}
