import { injectable } from 'tsyringe'
import { didYouMean } from './config/nearest.js'
import { KernelError } from './errors.js'
import { Catalogue } from './life/catalogue.js'
import { Roster } from './life/roster.js'
import { Loader } from './loader.js'
import { Log } from './log.js'
import { Store } from './store/store.js'

/** Removing what a plugin has stored: an explicit verb, never a side effect of unloading. */
@injectable()
export class Purging {
  constructor(
    private readonly catalogue: Catalogue,
    private readonly roster: Roster,
    private readonly loader: Loader,
    private readonly store: Store,
    private readonly log: Log,
  ) {}

  /** For callers that hold the owner's lane. Refused while it runs, and for a namespace that it does not declare. */
  async run(owner: string, namespace: string): Promise<void> {
    if (this.roster.get(owner)?.live) {
      throw new KernelError(
        'already_running',
        `plugin "${owner}" is running and may be using "${namespace}"; nothing was removed`,
        {
          hint: `patchbay plugin stop ${owner}, then try again`,
        },
      )
    }
    const { storage = [] } = this.loader.link(this.catalogue.find(owner)).definition
    const declared = Array.isArray(storage) ? storage : Object.keys(storage)
    if (!declared.includes(namespace)) {
      const sentence = `plugin "${owner}" declares no storage "${namespace}"${didYouMean(namespace, declared)}; nothing was removed`
      throw new KernelError('not_found', sentence, {
        hint: declared.length > 0 ? `it declares ${declared.join(', ')}` : 'it declares none',
      })
    }
    await this.store.purge(owner, namespace)
    this.log.kernel.warn(`all data of namespace "${owner}:${namespace}" was removed`)
  }
}
