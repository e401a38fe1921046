/** How a plugin changes options of its own. */
export class OwnOptions {
  readonly change: (plugin: string, options: Record<string, unknown>) => Promise<void>

  constructor(change: OwnOptions['change']) {
    this.change = change
  }
}
