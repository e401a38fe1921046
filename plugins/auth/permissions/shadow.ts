import type { Rule, What, Who } from './blocks.js'
import { grantsNothing } from './coverage.js'
import { FACES, reaches } from './faces.js'
import { whatText, whoText } from './words.js'

/** Whether every call that `later` allows is allowed by `earlier` too. In doubt it is not. */
export function shadows(earlier: Rule, later: Rule): boolean {
  return (
    !grantsNothing(later.what) &&
    FACES.some(face => reaches(later, face)) &&
    FACES.every(face => !reaches(later, face) || reaches(earlier, face)) &&
    within(earlier.from.tags, later.from.tags) &&
    within(earlier.hosts, later.hosts) &&
    (later.who ?? []).every(who => (earlier.who ?? []).some(wider => includes(wider, who))) &&
    grantsAll(earlier.what ?? [], later.what ?? [])
  )
}

/** An empty list limits nothing. */
function within(wider: readonly string[], narrower: readonly string[]): boolean {
  return wider.length === 0 || (narrower.length > 0 && narrower.every(each => wider.includes(each)))
}

function includes(wider: Who, who: Who): boolean {
  if (who.key === 'oauth') {
    if (wider.key !== 'oauth' || !who.scopes.every(scope => wider.scopes.includes(scope))) return false
    return who.entries.every(entry => wider.entries.some(other => includes(other, entry)))
  }
  return wider.key === 'all' || whoText(wider) === whoText(who)
}

function grantsAll(wider: readonly What[], what: readonly What[]): boolean {
  const adds = new Set(wider.filter(({ negated }) => !negated).map(whatText))
  const removed = new Set(what.filter(({ negated }) => negated).map(whatText))
  const wanted = what.filter(({ negated }) => !negated)
  if (!adds.has('"*"') && !wanted.every(each => adds.has(whatText(each)))) return false
  // What the earlier one leaves out must be left out here too, or never be meant.
  const exact = wanted.every(({ kind }) => kind === 'command')
  return wider.every(each => {
    if (!each.negated || removed.has(whatText(each))) return true
    return exact && each.kind === 'command' && !wanted.some(({ name }) => name === each.name)
  })
}
