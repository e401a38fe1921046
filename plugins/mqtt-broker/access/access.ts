import { KernelError } from 'patchbay'
import type { AccessControl } from '../../mqtt-admin/backend.js'

const notYet = async () => {
  throw new KernelError('unsupported', 'not yet')
}

export function accessControl(): AccessControl {
  return {
    users: {
      count: () => 0,
      page: async () => ({ users: [] }),
      get: () => undefined,
      put: notYet,
      delete: async () => false,
      verify: async () => false,
    },
    rules: {
      list: () => [],
      add: notYet,
      delete: async () => false,
      decide: () => ({ permit: true, rule: undefined }),
    },
    bans: { count: () => 0, page: async () => ({ bans: [] }), add: notYet, lift: async () => false },
    forgetDecisions: () => true,
  }
}
