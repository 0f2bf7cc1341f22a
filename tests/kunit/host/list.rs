// SPDX-License-Identifier: GPL-2.0

//! All suites of the host transport. A case that is missing here is dead code,
//! and does not compile.

#![deny(unsafe_code)]

use kernel::prelude::*;

/// Makes each case a test of a KUnit suite.
macro_rules! suites {
    ($($suite:ident = $module:ident { $($case:ident,)* })*) => {
        $(#[kunit_tests($suite)]
        mod $suite {
            $(#[test]
            fn $case() -> crate::cases::outcome::CaseResult {
                crate::host::$module::$case()
            })*
        })*
    };
}

suites! {
    nvme_fc_host_abort = aborts {
        a_timeout_aborts_and_resets,
        a_second_timeout_resets,
        an_aborted_exchange_ends_well,
        a_reset_takes_commands_back,
        a_deletion_takes_commands_back,
        a_deletion_waits_for_a_late_exchange,
        a_teardown_waits_for_a_handler_that_is_not_found,
        races,
    }
    nvme_fc_host_event = events {
        an_event_arrives,
        it_survives_resets,
        a_teardown_waits_for_it,
        a_refused_request,
        a_bad_end_costs_the_association,
        it_comes_back_twice,
    }
    nvme_fc_host_life = lifecycle {
        a_deletion_at_each_step,
        a_lost_port_at_each_step,
        a_port_that_flaps_at_each_step,
        a_second_reset_at_each_step,
        a_port_comes_back,
        a_port_comes_back_too_late,
        a_loss_that_is_not_tolerated,
        the_local_port_first,
        two_controllers_lose_their_port,
    }
    nvme_fc_host_received = received_ls {
        a_target_disconnects,
        requests_that_are_rejected,
        two_disconnects,
        answers_that_are_late_or_fail,
        requests_that_are_not_taken,
        a_request_while_the_port_goes,
        a_disconnect_while_connecting,
    }
    nvme_fc_host_connect = connecting {
        steps_in_order,
        errors_of_create_queue,
        errors_of_fcp_io,
        a_busy_lldd_is_asked_again,
        errors_of_the_controller,
        errors_of_the_transport,
        controllers_that_fc_cannot_serve,
        a_failed_attempt_is_repeated,
        deleted_between_attempts,
        what_a_user_may_not_ask,
        queues_are_the_least_that_anybody_wants,
        another_number_of_queues_after_a_reset,
        the_lldd_maps_queues,
        an_lldd_without_queue_calls,
    }
    nvme_fc_host_ls = link_services {
        a_create_association_accept_off_by_a_bit,
        reserved_bytes_of_accepts_are_not_looked_at,
        a_create_connection_accept_off_by_a_bit,
        identifiers_of_zero,
        every_reject,
        errors_of_done,
        errors_of_ls_req,
        answers_from_another_thread,
        answers_that_come_before_ls_req_returns,
        answers_that_do_not_come,
        an_aborted_service_ends_the_wait,
    }
    nvme_fc_host_response = responses {
        each_byte_of_an_extended_response,
        each_length_of_a_response,
        lengths_of_data,
        errors_of_the_lldd,
        refused_commands,
        an_exchange_that_comes_back_twice,
        data_of_all_sizes,
    }
    nvme_fc_host_review_ports = review_ports {
        review_host_10_delivering,
    }
    nvme_fc_host_registration = registration {
        template_needs_its_members,
        template_goes_without_others,
        null_pointers,
        same_names_twice,
        names_of_another_device,
        second_unregistration,
        numbers,
        local_port_first,
        registration_during_deletion,
        discovery_port,
        controller_lives,
    }
    nvme_fc_host_review_recovery = review_recovery {
        review_host_3_hard_errors_begin_recovery,
        review_host_3_passing_errors_are_tried_again,
        review_host_3_a_refused_keep_alive,
        review_host_3_a_refused_event_request,
        review_host_6_administrative_controller,
        review_host_9_failed_while_live,
        a_refusal_after_service_is_retried,
        a_refusal_after_service_has_its_limit,
    }
    nvme_fc_host_review_patience = review_patience {
        review_host_13_a_lost_answer,
        review_host_13_a_lost_service,
        review_host_16_a_connect_is_cut_short,
        review_host_16_a_service_is_cut_short,
        review_host_16_the_last_service_is_cut_short,
        review_host_17_a_disconnect_lets_the_port_settle,
    }
    nvme_fc_host_review_teardown = review_teardown {
        review_host_1_an_event_while_deleted,
        review_host_8_a_timeout_that_lingers,
        review_host_8_an_abort_that_lingers,
    }
    nvme_fc_host_review_work = review_work {
        review_host_2_disabled_work,
        an_item_is_moved,
    }
}
