export interface MqttAlarm {
  /** `slow_consumer:c1` */
  id: string
  severity: 'warning' | 'error' | 'critical'
  title: string
  summary: string
  raisedAt: number
}
