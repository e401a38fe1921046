const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g

/** The names in the outermost object of a JSON text, in their order; one that comes twice is there twice. */
export function namesIn(json: string): string[] {
  const names: string[] = []
  let depth = 0
  let last = ''
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    else if (token === ':' && depth === 1) names.push(JSON.parse(last) as string)
    last = token
  }
  return names
}
