import { injectable } from 'tsyringe'
import { KernelError } from './errors.js'
import { DesiredState } from './life/desired.js'
import type { Linked } from './life/linker.js'
import type { Plugin } from './life/plugin.js'
import { Roster } from './life/roster.js'
import { Log } from './log.js'
import { Transition } from './transition.js'

/** One plugin in another's place: the newcomer starts, one swap, the other retires. */
@injectable()
export class Replacement {
  constructor(
    private readonly roster: Roster,
    private readonly transition: Transition,
    private readonly desired: DesiredState,
    private readonly log: Log,
  ) {}

  /** For callers that hold both lanes. A newcomer that cannot start leaves `leaving` running. */
  async run(leaving: Plugin, entering: Plugin, linked: Linked): Promise<void> {
    this.#check(leaving, entering)
    const before = entering.state
    entering.become('starting')
    try {
      const { retired } = await this.transition.enter(entering, linked, [leaving])
      entering.become('running')
      leaving.become('draining')
      leaving.forgetPrevious()
      try {
        await this.desired.change({ [entering.name]: { active: true }, [leaving.name]: { active: false } })
      } finally {
        await retired
        leaving.become('stopped')
      }
    } catch (thrown) {
      if (entering.state === 'starting') entering.become(before === 'loaded' ? 'loaded' : 'failed')
      throw thrown
    }
    this.log.for(entering.name).info(`plugin "${entering.name}" has replaced "${leaving.name}"`)
  }

  #check(leaving: Plugin, entering: Plugin): void {
    if (leaving === entering) {
      const sentence = `plugin "${leaving.name}" cannot replace itself; it keeps running`
      throw new KernelError('already_running', sentence, { hint: `patchbay plugin reload ${leaving.name}` })
    }
    const start = `patchbay plugin start ${entering.name}`
    if (leaving.state !== 'running') {
      const sentence = `plugin "${leaving.name}" is not running, so there is nothing to replace`
      throw new KernelError('not_running', sentence, { hint: start })
    }
    if (entering.state === 'running') {
      const sentence = `plugin "${entering.name}" is already running; "${leaving.name}" keeps running too`
      throw new KernelError('already_running', sentence, { hint: `patchbay plugin stop ${leaving.name}` })
    }
    const [needing] = this.roster.dependentsOf(leaving.name)
    if (needing) {
      const sentence = `plugin "${leaving.name}" keeps running: "${needing.name}" requires it by name`
      throw new KernelError('required_by_others', sentence, { hint: `patchbay plugin stop ${needing.name}` })
    }
  }
}
