import { basic } from '../exchange.js'
import { ADMIN, EVERYTHING_ELSE, openHouse } from '../house.js'
import { readBlocks } from '../recordings.js'
import type { Script } from './script.js'

export const EJABBERD: Script = {
  file: 'ejabberd-23.01-api.txt',
  read: readBlocks,
  async open() {
    const ejabberd = { port: 0, request_handlers: { '/api': 'mod_http_api' } }
    const house = await openHouse({ config: { listen: [ejabberd, EVERYTHING_ELSE] } })
    return { house, url: house.url }
  },
  // The frame is recorded with commands of a later issue: these have the same arguments.
  translate: [
    [basic('john@localhost', 'somePass'), ADMIN],
    [basic('admin@localhost', 'adminpw'), ADMIN],
    ['/api/status', '/api/modules_available'],
    ['/api/registered_users', '/api/module_check'],
    [/\bhost=/g, 'module='],
    [/"host"(?!:"localhost","module")/, '"module"'],
    ['argument: host', 'argument: module'],
    ['mod_ping', 'auth'],
  ],
  anonymous: ADMIN,
  later: [
    [
      / \/api\/(?!status\b|registered_users\b|lists$|this_is_no_command|restart_module|reload_config|modules_)[a-z_0-9]+\S* (?!404)/,
      'its command',
    ],
    [/ \/apiv1\//, 'its command'],
    [/ \/api\/(change_password|stop)\b/, 'its command'],
    [/ \/api\/\S*=nope\.example /, 'registered_users'],
  ],
  exceptions: {
    'basic unknown user': [503, 'it could only be an account, and no backend offers them'],
    'unknown command POST existing atom': [404, 'every name that is no command is the same here'],
  },
  bodyless: / \/api\/(status|registered_users|modules_available)\b.* 200$/,
  volatile: [],
}
