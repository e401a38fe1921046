import { API_KEY_COMMANDS } from './api-key.js'
import { audit } from './audit.js'
import type { Command } from './command.js'
import { configCheck } from './config/check.js'
import { configClear } from './config/clear.js'
import { configReload } from './config/reload.js'
import { configShow } from './config/show.js'
import { dev } from './dev.js'
import { ejabberdctl } from './ejabberd/ejabberdctl.js'
import { explain } from './explain.js'
import { logs } from './logs.js'
import { MQTT_COMMANDS } from './mqtt/commands.js'
import { openapi } from './openapi.js'
import { pluginBuild } from './plugin/build.js'
import { pluginCheck } from './plugin/check.js'
import { pluginInspect } from './plugin/inspect.js'
import { pluginList } from './plugin/list.js'
import { pluginNew } from './plugin/new.js'
import { pluginPurge } from './plugin/purge.js'
import { pluginReplace } from './plugin/replace.js'
import { pluginTest } from './plugin/test.js'
import { pluginLoad, pluginReload, pluginStart, pluginStop, pluginUnload } from './plugin/verbs.js'
import { serveCommand } from './serve.js'
import { status } from './status.js'
import { vmqAdmin } from './vernemq/vmq-admin.js'
import { version } from './version.js'

/** Everything that `patchbay` can do, in the order of its help page. */
export const COMMANDS: readonly Command[] = [
  serveCommand,
  dev,
  status,
  pluginList,
  pluginInspect,
  pluginLoad,
  pluginUnload,
  pluginStart,
  pluginStop,
  pluginReload,
  pluginCheck,
  pluginReplace,
  pluginPurge,
  pluginNew,
  pluginBuild,
  pluginTest,
  logs,
  audit,
  explain,
  configShow,
  configCheck,
  configClear,
  configReload,
  ...MQTT_COMMANDS,
  ...API_KEY_COMMANDS,
  openapi,
  ejabberdctl,
  vmqAdmin,
  version,
]
