import { readFileSync } from 'node:fs'
import { isCollection, isMap, isSeq, type Node, type Pair, parseDocument, visit, YAMLSeq } from 'yaml'
import { KernelError, reason } from '../errors.js'

/** Reads a YAML file as ejabberd does: a repeated key adds to the earlier one instead of being refused. */
export function readYaml(file: string): unknown {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (thrown) {
    const missing = (thrown as NodeJS.ErrnoException).code === 'ENOENT'
    throw new KernelError(
      missing ? 'config_missing' : 'config_unreadable',
      missing
        ? `the configuration file ${file} does not exist`
        : `the configuration file cannot be read: ${reason(thrown)}`,
      {
        hint: 'set PATCHBAY_CONFIG to an existing file, or unset it to use ./patchbay.yml or the defaults',
        cause: thrown,
      },
    )
  }
  return parseYaml(text, file)
}

export function parseYaml(text: string, file: string): unknown {
  const document = parseDocument(text, { uniqueKeys: false, prettyErrors: true })
  const [problem] = document.errors
  if (problem) {
    throw new KernelError('config_unreadable', `${file} is not YAML: ${reason(problem)}`, {
      hint: 'check the indentation around that line; nothing was changed',
    })
  }
  visit(document, {
    Map(_, map) {
      map.items = mergeRepeated(map.items as Pair<Node, Node>[])
    },
  })
  return document.toJS() ?? {}
}

function mergeRepeated(pairs: Pair<Node, Node>[]): Pair<Node, Node>[] {
  const merged = new Map<string, Pair<Node, Node>>()
  for (const pair of pairs) {
    const key = String(pair.key)
    const earlier = merged.get(key)
    if (!earlier) merged.set(key, pair)
    else if (isMap(earlier.value) && isMap(pair.value)) {
      earlier.value.items = mergeRepeated([...earlier.value.items, ...pair.value.items] as Pair<Node, Node>[])
    } else {
      const list = new YAMLSeq()
      list.items = [...itemsOf(earlier.value), ...itemsOf(pair.value)]
      earlier.value = list
    }
  }
  return [...merged.values()]
}

function itemsOf(value: Node | null): unknown[] {
  return isCollection(value) && isSeq(value) ? value.items : [value]
}
