import { machine, type Pattern } from './pattern-machine.js'
import { any, literal, type Node, oneOf, Parser } from './pattern-parser.js'

/**
 * A regular expression found anywhere in a text: literals, `.`, classes, `^`, `$`, groups, `|`, `*`, `+`, `?`, `{m,n}`.
 * No backtracking takes place, so what would need it (look-around, references) is refused. Throws a sentence.
 */
export function regexp(source: string): Pattern {
  return machine(new Parser(source).parse())
}

/** A shell glob that matches the whole text: `*`, `?`, `[a-z]`, `[!a-z]`. Throws a sentence. */
export function glob(source: string): Pattern {
  const nodes: Node[] = [{ kind: 'start' }]
  for (const [part] of source.matchAll(/\[!?\]?[^\]]*\]|\\.|./gsu)) {
    if (part === '*') nodes.push({ kind: 'repeat', node: any(), least: 0, most: Number.POSITIVE_INFINITY })
    else if (part === '?') nodes.push(any())
    else if (part.length > 1 && part.startsWith('['))
      nodes.push(oneOf(part.replace(/^\[!/, '[^').replace('[]', '[\\]')))
    else nodes.push(literal(part.replace(/^\\/, '') || part))
  }
  return machine({ kind: 'sequence', nodes: [...nodes, { kind: 'end' }] })
}
