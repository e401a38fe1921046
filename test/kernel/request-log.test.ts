import test from 'ava'
import { testKernel } from 'patchbay/testing'

test('log.requests: a line for each request, with neither query nor secret', async t => {
  const house = await testKernel(undefined, { config: { log: { requests: true } } })
  await house.fetch('/kernel/plugins?token=hunter2')
  await house.fetch('/hermes/prov/hunter2/phone.cfg?x=hunter2', { as: 'nobody' })
  await house.fetch('/api/v1/api-key/add/key=hunter2', { as: 'nobody' })
  const lines = house.log.filter(({ message }) => /^(GET|POST) /.test(message))
  t.deepEqual(
    lines.map(({ message, who, face }) => [message, who, face]),
    [
      ['GET /kernel/plugins 200', 'operator operator', undefined],
      ['GET /hermes/prov/… 404', undefined, undefined],
      ['GET /api/v1/api-key/add/key=… 400', undefined, 'vernemq'],
    ],
  )
  t.regex(String(lines[0]!['request']), /./)
  t.is(lines[0]!['address'], '127.0.0.1')
  t.false(JSON.stringify(house.log).includes('hunter2'))
  await house.close()
  const quiet = await testKernel(undefined)
  await quiet.fetch('/kernel/plugins')
  t.false(quiet.log.some(({ message }) => message.startsWith('GET ')))
  await quiet.close()
})
