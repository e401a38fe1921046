import test from 'ava'
import { asText, Log, type LogLine } from '../../kernel/log.js'

const collect = (level: LogLine['level'] = 'debug') => {
  const lines: LogLine[] = []
  return { log: new Log(level, line => lines.push(line)), lines }
}

test('secrets are hidden by their names, at every depth and in any spelling', t => {
  const { log, lines } = collect()
  log.kernel.info(
    {
      password: 'p1',
      db: {
        admin_password: 'p2',
        deep: [{ apiToken: 'p3', headers: { Authorization: 'Basic p4p4p4', 'Set-Cookie': ['p5'] } }],
      },
      key: 'p6',
      api_key: 'p7',
      clientSecret: { nested: 'p8' },
      port: 1883,
    },
    'connected',
  )
  const text = JSON.stringify(lines)
  t.notRegex(text, /p[1-8]/)
  t.like(lines[0], { port: 1883, message: 'connected' })
})

test('credentials inside texts are hidden too', t => {
  const { log, lines } = collect()
  log
    .for('db')
    .error({ err: new Error('refused Authorization: Bearer abc.def-ghi') }, 'postgres://ada:hunter2@db/x failed')
  log.kernel.warn({ hint: 'sent Basic YWRtaW46c2VjcmV0' }, 'GET / failed')
  const text = JSON.stringify(lines)
  t.notRegex(text, /abc\.def|hunter2|YWRtaW46/)
  t.regex(text, /postgres:\/\/ada:\[hidden\]@db/)
})

test('the newest 2,000 lines are remembered', t => {
  const { log } = collect()
  for (let n = 0; n < 2500; n++) log.for(n % 2 ? 'odd' : 'even').info(`line ${n}`)
  t.is(log.lines(10_000).length, 2000)
  t.is(log.lines(10_000)[0]!.message, 'line 500')
  t.deepEqual(
    log.lines(2, 'odd').map(({ message }) => message),
    ['line 2497', 'line 2499'],
  )
})

test('followers hear every line until they stop', t => {
  const { log } = collect()
  const heard: string[] = []
  const stop = log.follow(({ message }) => heard.push(message))
  log.kernel.info('one')
  stop()
  log.kernel.info('two')
  t.deepEqual(heard, ['one'])
})

test('the level holds for loggers that exist already', t => {
  const { log, lines } = collect('info')
  const logger = log.for('x')
  logger.debug('unheard')
  log.level = 'debug'
  logger.debug('heard')
  log.level = 'error'
  logger.warn('unheard')
  log.kernel.info('unheard')
  t.deepEqual(
    lines.map(({ message }) => message),
    ['heard'],
  )
})

test('a message cannot forge a line or steer the terminal', t => {
  const { log, lines } = collect()
  log.for('x').warn({ hint: 'a\nb' }, 'no plugin "a\n12:00:00 info  all is well\u001b[2J"')
  const text = asText(lines[0]!)
  t.is(text.split('\n').length, 3)
  t.false(text.includes('\u001b'))
  t.regex(text, /a\\n12:00:00 info {2}all is well\\u001b\[2J/)
})
