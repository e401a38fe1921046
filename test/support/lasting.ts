import type { Store } from '../../kernel/store/store.js'

/** The same store, which the kernel that is closed first does not close. */
export function lasting(store: Store): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name === 'close') return async () => undefined
      const value = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
