import { didYouMean } from './nearest.js'

/** Blocks below `plugins:` that no plugin reads, which are most likely slips: a sentence for each. */
export function strangers(
  blocks: Iterable<string>,
  plugins: readonly { readonly name: string; readonly aliases: readonly string[] }[],
  isKnown: (name: string) => boolean,
): string[] {
  const names = plugins.flatMap(plugin => [plugin.name, ...plugin.aliases])
  return [...blocks]
    .filter(name => !isKnown(name))
    .map(name => `there is no plugin for the options "plugins.${name}"${didYouMean(name, names)}`)
}
