import { didYouMean } from './nearest.js'

/** Blocks below `plugins:` that no plugin reads, which are most likely slips: a sentence for each. */
export function strangers(
  blocks: Iterable<string>,
  list: () => readonly { readonly name: string; readonly aliases: readonly string[] }[],
  isKnown: (name: string) => boolean,
): string[] {
  const unknown = [...blocks].filter(name => !isKnown(name))
  if (unknown.length === 0) return []
  const names = list().flatMap(plugin => [plugin.name, ...plugin.aliases])
  return unknown.map(name => `there is no plugin for the options "plugins.${name}"${didYouMean(name, names)}`)
}
