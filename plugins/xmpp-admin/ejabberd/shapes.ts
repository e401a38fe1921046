import type { Argument, Named } from 'patchbay'

/** What of a registry entry comes again and again. */
export const RESCODE: Named = { name: 'res', type: 'rescode' }
export const RESTUPLE: Named = { name: 'res', type: 'restuple' }

export function text(name: string): Named {
  return { name, type: 'string' }
}

export function integer(name: string): Named {
  return { name, type: 'integer' }
}

export function atom(name: string): Named {
  return { name, type: 'atom' }
}

/** A list of texts, or of what else is named. */
export function listOf(name: string, element: string | Named): Named {
  return { name, type: { list: typeof element === 'string' ? text(element) : element } }
}

/** An object with these fields: texts where only a name is given. */
export function tupleOf(name: string, ...fields: readonly (string | Named)[]): Named {
  return { name, type: { tuple: fields.map(field => (typeof field === 'string' ? text(field) : field)) } }
}

export function binary(name: string, more: Omit<Argument, 'name' | 'type'> = {}): Argument {
  return { name, type: 'binary', ...more }
}

export function binaries(name: string, element: string, more: Omit<Argument, 'name' | 'type'> = {}): Argument {
  return { name, type: { list: binary(element) }, ...more }
}

export const USER = binary('user')
export const HOST = binary('host')
/** Where the original still takes the name of old. */
export const HOST_OR_SERVER = binary('host', { formerly: ['server'] })
