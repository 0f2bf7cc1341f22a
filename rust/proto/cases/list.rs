// SPDX-License-Identifier: GPL-2.0

//! All cases. One that is missing here is dead code, and does not compile.

/// Calls a macro with every suite: its name for KUnit, the module of its
/// cases, and the cases.
macro_rules! for_each_suite {
    ($with:ident) => {
        $with! {
            nvme_fc_proto_cause = cause {
                each_cause_is_a_word_and_back,
                no_other_word_is_a_cause,
                eight_wrong_connects_have_words_of_their_own,
                what_a_status_says,
                review_host_11_events_have_the_words_of_c,
                each_has_an_advice,
            }
            nvme_fc_proto_cmd_iu = cmd_iu {
                initialise_leaves_nothing_behind,
                prepare_says_what_moves,
                a_target_takes_what_a_host_sends,
                check_refuses_every_other_form,
                directions_against_the_model,
                each_contradiction_is_named,
            }
            nvme_fc_proto_connect = connect {
                only_connect_is_one,
                every_queue_and_size,
                data_of_one_length,
                only_its_own_controller,
                refusals_name_the_place,
                names_end_at_the_first_zero,
                failures_have_words,
                one_connect_at_a_time,
                nothing_half_way_serves,
            }
            nvme_fc_proto_contexts = contexts {
                a_map_that_is_good_stays,
                a_context_whose_cpus_are_offline_gets_another,
                too_few_cpus_serve_whom_they_can,
                maps_are_made_anew_when_they_have_to_be,
                queues_that_stay_carry_for_the_others,
                everybody_has_a_turn,
            }
            nvme_fc_proto_ersp = ersp {
                each_reason_alone,
                a_ratio_of_none_or_one_is_always,
                nine_tenths_of_any_queue,
                a_short_response_is_twelve_zeros,
                an_extended_response_is_whole,
                ten_thousand_completions_against_the_model,
            }
            nvme_fc_proto_exchange = exchange {
                the_whole_table,
                bits_are_those_of_the_c_module,
                review_host_7_asked_again_but_not_at_once,
                strange_bits_do_nothing,
                every_way_through,
            }
            nvme_fc_proto_fingerprint = fingerprint {
                published_vectors,
                each_string_counts_and_where_it_ends,
            }
            nvme_fc_proto_handover = handover {
                the_last_party_carries_on,
                nobody_is_at_work_when_idle,
            }
            nvme_fc_proto_hosts = hosts {
                review_target_s2_a_handle_that_is_in_use_again,
                review_target_s2_one_release_for_one_reference,
                review_target_s5_generations_do_not_come_round,
                handles_that_nobody_invalidated,
            }
            nvme_fc_proto_ids = ids {
                zero_is_nobody,
                admin_connection_is_the_association,
                small_connection_ids_belong_to_nobody,
            }
            nvme_fc_proto_ls_accept = ls_accept {
                good_accepts,
                create_association_checks,
                create_connection_checks,
                disconnect_checks,
                only_an_accept_of_what_was_asked,
                nothing_came,
                rejects_keep_their_reason,
                texts_are_those_of_the_c_module,
                a_bad_accept_may_still_name_its_association,
            }
            nvme_fc_proto_ls_error = ls_error {
                each_error_has_its_reject_and_text,
                no_two_errors_read_alike,
            }
            nvme_fc_proto_ls_exchange = ls_exchange {
                the_whole_table,
                a_refusal_is_the_end,
                every_way_through,
            }
            nvme_fc_proto_ls_receive_create = ls_receive_create {
                create_association_is_taken,
                create_association_of_any_padding,
                create_association_list_length,
                create_association_descriptor,
                create_association_queue,
                create_association_controller,
                create_association_names,
                create_association_takes_any_host_id,
                create_connection_is_taken,
                create_connection_length,
                create_connection_form,
                create_connection_queue_id,
                create_connection_queue,
                create_connection_to_nobody,
                review_target_m9_more_than_there_is,
            }
            nvme_fc_proto_ls_receive_other = ls_receive_other {
                disconnect_is_taken_on_both_sides,
                disconnect_length,
                disconnect_form,
                disconnect_with_an_old_scope,
                disconnect_of_nobody,
                a_host_creates_nothing,
                other_commands,
                a_payload_needs_its_first_word,
                the_command_is_named_as_the_c_modules_do,
            }
            nvme_fc_proto_ls_request = ls_request {
                create_association_over_leftovers,
                create_connection_over_leftovers,
                disconnect_over_leftovers,
                nqn_leaves_room_for_its_terminator,
            }
            nvme_fc_proto_ls_response = ls_response {
                accepts_are_those_of_the_header,
                rejects_echo_the_command,
            }
            nvme_fc_proto_port_life = port_life {
                every_sequence_of_eight,
                a_new_registration_cancels_the_old_debt,
            }
            nvme_fc_proto_queues = queues {
                admin_queue_is_what_linux_hosts_ask_for,
                io_queues_is_the_least_of_three,
                entries_stay_within_maxcmd,
                one_segment_is_eight_sectors,
                ratio_is_a_fifth,
                queues_spread_over_the_hardware,
            }
            nvme_fc_proto_appid = appid {
                review_host_12_numbers_as_kstrtou64_takes_them,
                names_up_to_their_length,
            }
            nvme_fc_proto_patience = patience {
                review_host_13_a_port_that_goes_shortens_waits,
            }
            nvme_fc_proto_record = record {
                each_kind_of_field,
                whatever_is_in_a_value_the_line_is_one,
                a_file_that_is_full_is_told,
            }
            nvme_fc_proto_refusal = refusal {
                what_passes_and_what_does_not,
                a_port_that_goes_decides_nothing,
            }
            nvme_fc_proto_reconnect = reconnect {
                the_table_of_reasons,
                a_target_that_is_being_set_up,
                review_host_11_the_log_has_the_words_of_c,
                the_delay_ends_where_the_port_is_lost,
                a_port_that_returned_is_not_lost,
                the_deadline_can_be_waited_for,
                the_logged_time_is_the_shorter_one,
                the_default_delay_becomes_two_seconds,
                a_lost_port_is_one_that_somebody_waits_for,
            }
            nvme_fc_proto_reject = reject {
                reasons_have_the_values_of_the_header,
                explanations_have_the_values_of_the_header,
                every_received_code_has_a_text,
                reasons_that_have_a_text,
                a_malformed_reject_has_no_codes,
                any_answer_has_codes,
            }
            nvme_fc_proto_response = response {
                statuses_are_those_of_the_core,
                short_responses,
                an_abort_beats_everything,
                an_lldd_error_beats_any_response,
                an_extended_response_brings_its_entry,
                each_field_of_an_extended_response_counts,
                odd_lengths,
            }
            nvme_fc_proto_room = room {
                the_table_of_shares,
                hosts_that_cannot_be_told_apart_share_all,
                two_greedy_hosts_leave_room_for_a_third,
                a_hundred_hosts_of_the_usual_size_fit,
            }
            nvme_fc_proto_traddr = traddr {
                both_forms_are_taken,
                format_is_the_long_form,
                every_byte_at_every_place,
                the_error_says_what_belongs_there,
                other_lengths_are_refused,
                zero_names_are_refused,
                mixed_forms_are_refused,
                a_target_takes_any_separator,
            }
            nvme_fc_proto_wire = wire {
                link_service_fields_are_big_endian,
                command_iu_mixes_both_orders,
                extended_response_mixes_both_orders,
                constants_are_those_of_the_header,
            }
        }
    };
}
pub(crate) use for_each_suite;
