import { injectable } from 'tsyringe'
import { Audit } from '../audit/audit.js'
import { Configuration } from '../config/configuration.js'
import { App } from '../http/app.js'
import { Faces } from '../http/faces/index.js'
import { Listeners } from '../http/listeners.js'
import { Live } from '../http/live.js'
import type { KernelContext } from '../http/request.js'
import { Inventory } from '../inventory.js'
import { Kernel } from '../kernel.js'
import { Log } from '../log.js'
import { Reconfigure } from '../reconfigure.js'

/** What the kernel's own endpoints work with. */
@injectable()
export class Tools {
  constructor(
    readonly kernel: Kernel,
    readonly inventory: Inventory,
    readonly reconfigure: Reconfigure,
    readonly configuration: Configuration,
    readonly listeners: Listeners,
    readonly live: Live,
    readonly log: Log,
    readonly app: App,
    readonly faces: Faces,
    readonly audit: Audit,
  ) {}

  /** A verb that retires the generation which is answering this very request must not wait for itself. */
  readonly letGo = (ctx: unknown): void => {
    this.app.release(ctx as KernelContext)
  }
}
