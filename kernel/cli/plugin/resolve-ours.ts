import Module, { createRequire } from 'node:module'

interface Resolver {
  _resolveFilename(request: string, parent: NodeJS.Module, ...rest: unknown[]): string
}

const ours = createRequire(__filename)
const node = Module as unknown as Resolver
const resolveFilename = node._resolveFilename

// Loaded ahead of a suite that lives outside the repository: it finds `patchbay`, and packages that it has not
// installed itself, where the linker finds them for a running plugin.
node._resolveFilename = function (request, parent, ...rest) {
  const find = () => resolveFilename.call(this, request, parent, ...rest)
  if (parent?.filename === __filename) return find()
  if (/^patchbay(\/|$)/.test(request)) return ours.resolve(request)
  try {
    return find()
  } catch (thrown) {
    if (request.startsWith('.') || request.startsWith('/')) throw thrown
    try {
      return ours.resolve(request)
    } catch {
      throw thrown
    }
  }
}
