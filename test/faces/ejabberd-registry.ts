/**
 * The registry of ejabberd 23.01 as far as it is served here (contracts/xmpp.md §3.6): name, policy, tags, arguments,
 * result, and old names of arguments.
 */
export const REGISTRY = `
  add_rosteritem | restricted | roster | localuser: binary, localhost: binary, user: binary, host: binary, nick: binary, group: binary, subs: binary | res: rescode | localserver -> localhost, server -> host
  ban_account | restricted | accounts | user: binary, host: binary, reason: binary | res: rescode |
  change_password | restricted | accounts | user: binary, host: binary, newpass: binary | res: rescode |
  change_room_option | restricted | muc_room | name: binary, service: binary, option: binary, value: binary | res: rescode |
  check_account | restricted | accounts | user: binary, host: binary | res: rescode |
  check_password | restricted | accounts | user: binary, host: binary, password: binary | res: rescode |
  check_password_hash | restricted | accounts | user: binary, host: binary, passwordhash: binary, hashmethod: binary | res: rescode |
  clear_cache | restricted | server |  | res: rescode |
  connected_users | admin | session |  | connected_users: list<sessions: string> |
  connected_users_info | restricted | session |  | connected_users_info: list<session: (jid: string, connection: string, ip: string, port: integer, priority: integer, node: string, uptime: integer, status: string, resource: string, statustext: string)> |
  connected_users_number | admin | session,statistics |  | num_sessions: integer |
  connected_users_vhost | restricted | session | host: binary | connected_users_vhost: list<sessions: string> |
  create_room | restricted | muc_room | name: binary, service: binary, host: binary | res: rescode |
  create_room_with_opts | restricted | muc_room | name: binary, service: binary, host: binary, options: list<option: (name: binary, value: binary)> | res: rescode |
  delete_expired_messages | restricted | purge |  | res: rescode |
  delete_old_messages | restricted | purge | days: integer | res: rescode |
  delete_old_users | restricted | accounts,purge | days: integer | res: restuple |
  delete_old_users_vhost | restricted | accounts,purge | host: binary, days: integer | res: restuple |
  delete_rosteritem | restricted | roster | localuser: binary, localhost: binary, user: binary, host: binary | res: rescode | localserver -> localhost, server -> host
  destroy_room | restricted | muc_room | name: binary, service: binary | res: rescode |
  gc | restricted | server |  | res: rescode |
  get_last | restricted | last | user: binary, host: binary | last_activity: (timestamp: string, status: string) |
  get_loglevel | restricted | logs |  | levelatom: atom |
  get_offline_count | user | offline | user: binary, host: binary | value: integer | server -> host
  get_presence | restricted | session | user: binary, host: binary | presence: (jid: string, show: string, status: string) | server -> host
  get_room_affiliation | restricted | muc_room | name: binary, service: binary, jid: binary | affiliation: atom |
  get_room_affiliations | restricted | muc_room | name: binary, service: binary | affiliations: list<affiliation: (username: string, domain: string, affiliation: atom, reason: string)> |
  get_room_occupants | restricted | muc_room | name: binary, service: binary | occupants: list<occupant: (jid: string, nick: string, role: string)> |
  get_room_occupants_number | restricted | muc_room | name: binary, service: binary | occupants: integer |
  get_room_options | restricted | muc_room | name: binary, service: binary | options: list<option: (name: string, value: string)> |
  get_roster | user | roster | user: binary, host: binary | contacts: list<contact: (jid: string, nick: string, subscription: string, ask: string, group: string)> | server -> host
  get_subscribers | restricted | muc_room | name: binary, service: binary | subscribers: list<jid: string> |
  get_user_rooms | restricted | muc | user: binary, host: binary | rooms: list<room: string> |
  get_user_subscriptions | restricted | muc | user: binary, host: binary | rooms: list<room: (roomjid: string, usernick: string, nodes: list<node: string>)> |
  get_vcard | restricted | vcard | user: binary, host: binary, name: binary | content: string |
  get_vcard2 | restricted | vcard | user: binary, host: binary, name: binary, subname: binary | content: string |
  get_vcard2_multi | restricted | vcard | user: binary, host: binary, name: binary, subname: binary | contents: list<value: string> |
  incoming_s2s_number | admin | statistics,s2s |  | s2s_incoming: integer |
  kick_session | restricted | session | user: binary, host: binary, resource: binary, reason: binary | res: rescode |
  kick_user | restricted | session | user: binary, host: binary | num_resources: integer |
  list_cluster | restricted | cluster |  | nodes: list<node: atom> |
  module_check | restricted | modules | module: binary | res: rescode |
  module_install | restricted | modules | module: binary | res: rescode |
  module_uninstall | restricted | modules | module: binary | res: rescode |
  module_upgrade | restricted | modules | module: binary | res: rescode |
  modules_available | restricted | modules |  | modules: list<module: (name: atom, summary: string)> |
  modules_installed | restricted | modules |  | modules: list<module: (name: atom, summary: string)> |
  muc_online_rooms | admin | muc | service: binary | rooms: list<room: string> | host -> service
  muc_online_rooms_by_regex | admin | muc | service: binary, regex: binary | rooms: list<room: (jid: string, public: string, participants: integer)> | host -> service
  muc_register_nick | restricted | muc | nick: binary, jid: binary, service: binary | res: rescode | host -> service
  muc_unregister_nick | restricted | muc | jid: binary, service: binary | res: rescode | host -> service
  num_resources | restricted | session | user: binary, host: binary | resources: integer |
  oauth_add_client_implicit | restricted | oauth | client_id: binary, client_name: binary, redirect_uri: binary | res: restuple |
  oauth_add_client_password | restricted | oauth | client_id: binary, client_name: binary, secret: binary | res: restuple |
  oauth_issue_token | restricted | oauth | jid: string, ttl: integer, scopes: string | result: (token: string, scopes: string, expires_in: string) |
  oauth_list_tokens | restricted | oauth |  | tokens: list<token: (token: string, user: string, scope: string, expires_in: string)> |
  oauth_remove_client | restricted | oauth | client_id: binary | res: restuple |
  oauth_revoke_token | restricted | oauth | token: binary | res: restuple |
  outgoing_s2s_number | admin | statistics,s2s |  | s2s_outgoing: integer |
  private_get | restricted | private | user: binary, host: binary, element: binary, ns: binary | res: string |
  private_set | restricted | private | user: binary, host: binary, element: binary | res: rescode |
  process_rosteritems | restricted | roster | action: string, subs: string, asks: string, users: string, contacts: string | response: list<pairs: (user: string, contact: string)> |
  push_alltoall | restricted | roster | host: binary, group: binary | res: rescode |
  push_roster | restricted | roster | file: binary, user: binary, host: binary | res: rescode |
  push_roster_all | restricted | roster | file: binary | res: rescode |
  register | admin | accounts | user: binary, host: binary, password: binary | res: restuple |
  registered_users | restricted | accounts | host: binary | users: list<username: string> |
  registered_vhosts | restricted | server |  | vhosts: list<vhost: string> |
  reload_config | restricted | config |  | res: rescode |
  resource_num | restricted | session | user: binary, host: binary, num: integer | resource: string |
  restart | restricted | server |  | res: rescode |
  restart_module | restricted | erlang | host: binary, module: binary | res: integer |
  rooms_empty_destroy | restricted | muc | service: binary | rooms: list<room: string> | host -> service
  rooms_empty_list | restricted | muc | service: binary | rooms: list<room: string> | host -> service
  rooms_unused_destroy | restricted | muc | service: binary, days: integer | rooms: list<room: string> | host -> service
  rooms_unused_list | restricted | muc | service: binary, days: integer | rooms: list<room: string> | host -> service
  send_direct_invitation | restricted | muc_room | name: binary, service: binary, password: binary, reason: binary, users: binary | res: rescode |
  send_message | restricted | stanza | type: binary, from: binary, to: binary, subject: binary, body: binary | res: rescode |
  send_stanza | restricted | stanza | from: binary, to: binary, stanza: binary | res: rescode |
  send_stanza_c2s | restricted | stanza | user: binary, host: binary, resource: binary, stanza: binary | res: rescode |
  set_last | restricted | last | user: binary, host: binary, timestamp: integer, status: binary | res: rescode |
  set_loglevel | restricted | logs | loglevel: string | res: rescode |
  set_nickname | restricted | vcard | user: binary, host: binary, nickname: binary | res: rescode |
  set_presence | restricted | session | user: binary, host: binary, resource: binary, type: binary, show: binary, status: binary, priority: binary | res: rescode |
  set_room_affiliation | restricted | muc_room | name: binary, service: binary, jid: binary, affiliation: binary | res: rescode |
  set_vcard | restricted | vcard | user: binary, host: binary, name: binary, content: binary | res: rescode |
  set_vcard2 | restricted | vcard | user: binary, host: binary, name: binary, subname: binary, content: binary | res: rescode |
  set_vcard2_multi | restricted | vcard | user: binary, host: binary, name: binary, subname: binary, contents: list<value: binary> | res: rescode |
  srg_create | restricted | shared_roster_group | group: binary, host: binary, label: binary, description: binary, display: binary | res: rescode | name -> label
  srg_delete | restricted | shared_roster_group | group: binary, host: binary | res: rescode |
  srg_get_info | restricted | shared_roster_group | group: binary, host: binary | informations: list<information: (key: string, value: string)> |
  srg_get_members | restricted | shared_roster_group | group: binary, host: binary | members: list<member: string> |
  srg_list | restricted | shared_roster_group | host: binary | groups: list<id: string> |
  srg_user_add | restricted | shared_roster_group | user: binary, host: binary, group: binary, grouphost: binary | res: rescode |
  srg_user_del | restricted | shared_roster_group | user: binary, host: binary, group: binary, grouphost: binary | res: rescode |
  stats | admin | statistics | name: binary | stat: integer |
  stats_host | admin | statistics | name: binary, host: binary | stat: integer |
  status | restricted | server |  | res: restuple |
  status_list | restricted | session | status: binary | users: list<userstatus: (user: string, host: string, resource: string, priority: integer, status: string)> |
  status_list_host | restricted | session | host: binary, status: binary | users: list<userstatus: (user: string, host: string, resource: string, priority: integer, status: string)> |
  status_num | admin | session,statistics | status: binary | users: integer |
  status_num_host | admin | session,statistics | host: binary, status: binary | users: integer |
  stop | restricted | server |  | res: rescode |
  stop_kindly | restricted | server | delay: integer, announcement: string | res: rescode |
  subscribe_room | restricted | muc_room | user: binary, nick: binary, room: binary, nodes: binary | nodes: list<node: string> |
  subscribe_room_many | restricted | muc_room | users: list<user: (jid: binary, nick: binary)>, room: binary, nodes: binary | res: rescode |
  unregister | admin | accounts | user: binary, host: binary | res: restuple |
  unsubscribe_room | restricted | muc_room | user: binary, room: binary | res: rescode |
  user_resources | admin | session | user: binary, host: binary | resources: list<resource: string> |
  user_sessions_info | restricted | session | user: binary, host: binary | sessions_info: list<session: (connection: string, ip: string, port: integer, priority: integer, node: string, uptime: integer, status: string, resource: string, statustext: string)> |
`
