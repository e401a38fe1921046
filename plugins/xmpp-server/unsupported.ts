import { KernelError } from 'patchbay'

/** Refuses what the server cannot do. */
export function unsupported(what: string): never {
  throw new KernelError('unsupported', `xmpp-server cannot ${what} yet`, { hint: 'everything else works' })
}
