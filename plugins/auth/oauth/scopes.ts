import type { EjabberdCommand } from 'patchbay'

/** Those that are no command (contracts/xmpp.md §3.5). */
const OWN = new Set(['ejabberd:admin', 'ejabberd:user', 'sasl_auth'])

/** The scopes without those that come again; the first one that is neither ejabberd's own nor a command as `unknown`. */
export function checkScopes(
  given: Iterable<string>,
  commands: readonly EjabberdCommand[],
): { scopes: string[]; unknown?: string } {
  const names = new Set(commands.map(({ name }) => name))
  const scopes = new Set<string>()
  for (const scope of given) {
    if (!OWN.has(scope) && !names.has(scope)) return { scopes: [...scopes], unknown: scope }
    scopes.add(scope)
  }
  return { scopes: [...scopes] }
}

/** The parts of `text` between `separator`s, without empty ones. */
export function scopesOf(text: string, separator: string): string[] {
  return text.split(separator).filter(Boolean)
}
