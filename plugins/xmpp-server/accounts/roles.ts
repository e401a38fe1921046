/** Those of Prosody 13.0 for accounts; what each may do is decided by who asks for it. */
export const ROLES: readonly string[] = [
  'prosody:guest',
  'prosody:registered',
  'prosody:member',
  'prosody:admin',
  'prosody:operator',
]

export const USUAL_ROLE = 'prosody:registered'

/** Whether the role lets its account administer its host. */
export function administers(role: string | undefined): boolean {
  return role === 'prosody:admin' || role === 'prosody:operator'
}
