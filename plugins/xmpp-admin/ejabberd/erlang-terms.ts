/** A tuple of texts: `{<<"bob">>, <<"example.org">>}` as `['bob', 'example.org']`. */
type TextTuple = readonly string[]

const TOKEN = /\s*(?:%[^\n]*(?:\n|$)|(<<"((?:[^"\\]|\\.)*)"(?:\/utf8)?>>|"((?:[^"\\]|\\.)*)")|([[\]{},.]))/uy

/**
 * A file with one Erlang term, a list of tuples of texts: `[{<<"bob">>, <<"example.org">>}].`; undefined when it is
 * anything else.
 */
export function readTuples(source: string): TextTuple[] | undefined {
  const tokens = tokensOf(source)
  if (tokens?.shift() !== '[') return undefined
  const tuples: TextTuple[] = []
  if (tokens[0] === ']') return ends(tokens) ? tuples : undefined
  let at = 0
  for (;;) {
    if (tokens[at++] !== '{') return undefined
    const tuple: string[] = []
    for (;;) {
      const token = tokens[at++]
      if (typeof token !== 'object') return undefined
      tuple.push(token.text)
      const next = tokens[at++]
      if (next === '}') break
      if (next !== ',') return undefined
    }
    tuples.push(tuple)
    const next = tokens[at++]
    if (next === ']') return ends(tokens.slice(at - 1)) ? tuples : undefined
    if (next !== ',') return undefined
  }
}

function ends([close, dot, ...more]: readonly Token[]): boolean {
  return close === ']' && dot === '.' && more.length === 0
}

type Token = string | { text: string }

function tokensOf(source: string): Token[] | undefined {
  const tokens: Token[] = []
  const text = source.trimEnd()
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const found = TOKEN.exec(text)
    if (!found) return undefined
    const [, quoted, binary, plain, mark] = found
    if (quoted !== undefined) tokens.push({ text: (binary ?? plain ?? '').replace(/\\(.)/gu, '$1') })
    else if (mark !== undefined) tokens.push(mark)
  }
  return tokens
}
