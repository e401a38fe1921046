import type { Operators } from './operators.js'
import type { Verifier } from './proof.js'

/** Operators are known by their bare name, and as JIDs of the first host: `admin@localhost`. */
export function operatorByBasic(operators: Operators, host: string): Verifier<'basic'> {
  return async ({ name, password }) => {
    const suffix = `@${host}`
    const operator = name.toLowerCase().endsWith(suffix) ? name.toLowerCase().slice(0, -suffix.length) : name
    if (!(await operators.verify(operator, password))) return undefined
    return {
      identity: { kind: 'operator', name: operator, jid: operator + suffix, level: 3 },
      owner: `operator:${operator}`,
    }
  }
}
