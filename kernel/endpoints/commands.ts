import { didYouMean } from '../config/nearest.js'
import { KernelError } from '../errors.js'
import type { Command, FaceName } from '../life/contributions.js'
import type { PluginContext } from '../life/definition.js'
import type { Tools } from './tools.js'

/** `/kernel/commands`: the live commands of a face with their arguments, for programs that call them. */
export function contributeCommands(ctx: PluginContext, { live, faces }: Tools): void {
  ctx.route('GET', '/kernel/commands', { permission: 'plugins.read' }, request => {
    const names = [...faces.keys()]
    const face = request.query['face']
    if (face !== undefined && !names.includes(face as FaceName)) {
      throw new KernelError('bad_request', `there is no face "${face}"${didYouMean(String(face), names)}`, {
        hint: `faces are ${names.join(', ')}`,
      })
    }
    const wanted = face === undefined ? names : [face as FaceName]
    return { commands: wanted.flatMap(name => live.table.commands(name).map(shown)) }
  })
}

function shown({ face, owner, permission, definition: { access: _, ...rest } }: Command): object {
  return { face, plugin: owner, permission, ...rest }
}
