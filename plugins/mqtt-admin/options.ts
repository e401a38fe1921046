import { z } from 'zod'
import { quirks } from './emq/quirks.js'
import { vernemqOptions } from './vernemq/access.js'

export const options = z.strictObject({ quirks, ...vernemqOptions })

export type Options = z.infer<typeof options>
