import type { ExecutionContext } from 'ava'
import { type TestKernel, type TestOptions, testKernel } from 'patchbay/testing'
import { type PluginFolder, pluginFolder } from './plugin-folder.js'

/** A kernel whose plugins are files in a temporary folder; both go away with the test. */
export async function onDisk(
  t: ExecutionContext,
  write: (folder: PluginFolder) => void,
  options: TestOptions = {},
): Promise<TestKernel & { folder: PluginFolder }> {
  const folder = pluginFolder()
  write(folder)
  const house = await testKernel(undefined, { ...options, pluginFolders: [folder.path] })
  t.teardown(async () => {
    try {
      await house.close()
    } finally {
      folder.remove()
    }
  })
  return { ...house, folder }
}

/** The sentence and hint of the error that `act` must end in. */
export async function sentenceOf(t: ExecutionContext, act: Promise<unknown>): Promise<{ code: string; text: string }> {
  const error = (await t.throwsAsync(act)) as Error & { code: string; hint?: string }
  t.is(error.name, 'KernelError', error.stack ?? '')
  return { code: error.code, text: `${error.message} → ${error.hint ?? ''}` }
}
