import test from 'ava'
import { configuration, folderWith, served } from './patchbay-process.js'

test('ejabberdctl stop ends the process as SIGTERM does, after its answer', async t => {
  const house = await served(t, folderWith(t, { 'patchbay.yml': configuration() }))
  const left = new Promise(resolve => house.process.once('exit', resolve))
  const { code, err } = await house.run('ejabberdctl', 'stop')
  t.is(code, 0, err)
  t.is(await left, 0)
  t.regex(house.output(), /the command stop of the ejabberd API: finishing the requests under way/)
})
