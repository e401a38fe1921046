import { injectable } from 'tsyringe'
import { Configuration } from './config/configuration.js'
import type { Linked } from './life/linker.js'
import type { Plugin } from './life/plugin.js'

/** For a while after a reload the code of before is kept, so that a crash can bring it back. */
@injectable()
export class Probation {
  constructor(private readonly configuration: Configuration) {}

  begin(plugin: Plugin, before: Linked): void {
    plugin.forgetPrevious()
    plugin.previous = before
    plugin.probation = setTimeout(
      () => plugin.forgetPrevious(),
      this.configuration.settings.limits.probation_seconds * 1000,
    ).unref()
  }
}
