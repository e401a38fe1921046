import { KernelError } from '../errors.js'

/** Plugins that require each other in a circle: none of them can ever start. */
export class RequirementCycle extends KernelError {
  constructor(readonly plugins: readonly string[]) {
    super(
      'requirement_cycle',
      `plugins require each other in a circle: ${plugins.join(' → ')}; none of them can start`,
      { hint: 'take one of these names out of a `requires` list' },
    )
  }
}

/** `names` sorted so that everything comes after what it requires. Requirements outside `names` are ignored; a circle throws. */
export function startOrder(names: Iterable<string>, requires: (name: string) => readonly string[]): string[] {
  const wanted = new Set(names)
  const order: string[] = []
  const done = new Set<string>()
  const visit = (name: string, path: readonly string[]) => {
    if (done.has(name) || !wanted.has(name)) return
    const loop = path.indexOf(name)
    if (loop >= 0) {
      throw new RequirementCycle([...path.slice(loop), name])
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
