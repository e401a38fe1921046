import type { Command } from '../command.js'
import { printList } from './pages.js'

interface Route {
  topic: string
  subscribers: number
}

export const mqttRoutes: Command = {
  name: 'mqtt routes',
  summary: 'lists the filters that somebody subscribes to',
  options: ['limit', 'json', 'data'],
  example: 'patchbay mqtt routes --limit 1000',
  run: call =>
    printList<Route, 'routes'>(call, '/mqtt/v1/routes', 'routes', new URLSearchParams(), {
      TOPIC: route => route.topic,
      SUBSCRIBERS: route => route.subscribers,
    }),
}
