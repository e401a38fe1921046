import { KernelError } from '../errors.js'

/** `names` sorted so that everything comes after what it requires. Requirements outside `names` are ignored. */
export function startOrder(names: Iterable<string>, requires: (name: string) => readonly string[]): string[] {
  const wanted = new Set(names)
  const order: string[] = []
  const done = new Set<string>()
  const visit = (name: string, path: readonly string[]) => {
    if (done.has(name) || !wanted.has(name)) return
    const loop = path.indexOf(name)
    if (loop >= 0) {
      const cycle = [...path.slice(loop), name].join(' → ')
      throw new KernelError(
        'requirement_cycle',
        `plugins require each other in a circle: ${cycle}; none of them can start`,
        {
          hint: 'take one of these names out of a `requires` list',
        },
      )
    }
    for (const required of requires(name)) visit(required, [...path, name])
    done.add(name)
    order.push(name)
  }
  for (const name of wanted) visit(name, [])
  return order
}

/** All plugins among `names` that directly or indirectly require `plugin`. */
export function dependents(
  plugin: string,
  names: Iterable<string>,
  requires: (name: string) => readonly string[],
): Set<string> {
  const found = new Set<string>()
  const all = [...names]
  let grew = true
  while (grew) {
    grew = false
    for (const name of all) {
      if (found.has(name) || name === plugin) continue
      if (requires(name).some(required => required === plugin || found.has(required))) {
        found.add(name)
        grew = true
      }
    }
  }
  return found
}
