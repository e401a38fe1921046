/**
 * Command names that ejabberd documents (its registry of 23.01, and what later releases added): where a configuration is
 * read without a running server, these tell a slip from a command that is only not there yet.
 */
export const EJABBERD_COMMANDS: ReadonlySet<string> = new Set(
  `abort_delete_old_messages add_rosteritem backup ban_account bookmarks_to_pep change_password
    change_room_option check_account check_password check_password_hash clear_cache compile connected_users
    connected_users_info connected_users_number connected_users_vhost convert_to_scram convert_to_yaml
    create_room create_room_with_opts create_rooms_file delete_expired_messages delete_expired_pubsub_items
    delete_mnesia delete_motd delete_old_messages delete_old_messages_batch delete_old_messages_status
    delete_old_pubsub_items delete_old_users delete_old_users_vhost delete_rosteritem destroy_room
    destroy_rooms_file dump dump_config dump_table echo export2sql export_piefxis export_piefxis_host gc
    gen_html_doc_for_commands gen_markdown_doc_for_commands gen_markdown_doc_for_tags get_ban_details get_cookie
    get_last get_loglevel get_motd get_offline_count get_offline_messages get_presence get_room_affiliation
    get_room_affiliations get_room_occupants get_room_occupants_number get_room_options get_roster
    get_subscribers get_user_rooms get_user_subscriptions get_vcard get_vcard2 get_vcard2_multi import_dir
    import_file import_piefxis import_prosody incoming_s2s_number install_fallback join_cluster kick_session
    kick_user leave_cluster list_certificates list_cluster load man mnesia_change_nodename mnesia_info
    mnesia_table_info module_check module_install module_uninstall module_upgrade modules_available
    modules_installed modules_update_specs muc_online_rooms muc_online_rooms_by_regex muc_register_nick
    muc_unregister_nick num_resources oauth_add_client_implicit oauth_add_client_password oauth_issue_token
    oauth_list_tokens oauth_remove_client oauth_revoke_token outgoing_s2s_number privacy_set private_get
    private_set process_rosteritems push_alltoall push_roster push_roster_all register registered_users
    registered_vhosts reload_config reopen_log request_certificate resource_num restart restart_module restore
    revoke_certificate roll_log rooms_empty_destroy rooms_empty_list rooms_unused_destroy rooms_unused_list
    rotate_log send_direct_invitation send_message send_stanza send_stanza_c2s set_last set_loglevel set_master
    set_motd set_nickname set_presence set_room_affiliation set_vcard set_vcard2 set_vcard2_multi srg_create
    srg_delete srg_get_info srg_get_members srg_list srg_user_add srg_user_del stats stats_host status
    status_list status_list_host status_num status_num_host stop stop_kindly stop_s2s_connections subscribe_room
    subscribe_room_many unban_account unregister unsubscribe_room update update_list user_resources
    user_sessions_info`.split(/\s+/),
)
