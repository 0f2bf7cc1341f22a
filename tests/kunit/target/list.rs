// SPDX-License-Identifier: GPL-2.0

//! All suites of the target transport. A case that is missing here is dead
//! code, and does not compile.

#![deny(unsafe_code)]

use kernel::prelude::*;

/// Makes each case a test of a KUnit suite.
macro_rules! suites {
    ($($suite:ident = $module:ident { $($case:ident,)* })*) => {
        $(#[kunit_tests($suite)]
        mod $suite {
            $(#[test]
            fn $case() -> crate::cases::outcome::CaseResult {
                // Whatever the case before has left.
                crate::lldd::accounting::ACCOUNTING.reset();
                crate::target::$module::$case()
            })*
        })*
    };
}

suites! {
    nvme_fc_target_binding = binding {
        addresses_that_bind_nothing,
    }
    nvme_fc_target_registration = registration {
        every_mandatory_member,
        null_pointers,
        names_are_taken_once,
        a_hundred_times,
        a_second_end,
        names_are_free_while_a_port_drains,
        a_port_comes_back_bound,
    }
    nvme_fc_target_link_services = link_services {
        create_association,
        create_association_of_every_length,
        create_connection,
        disconnect,
        other_commands,
        nobody_is_bound,
        answers_stay_where_they_were_put,
    }
    nvme_fc_target_fc_ls_ut = fc_ls_ut {
        create_single_assoc_test,
        create_max_conns_test,
        invalid_connection_test,
        disconnect_bad_assoc_test,
        xmt_ls_rsp_failure_test,
    }
    nvme_fc_target_services = services {
        no_more_than_256,
        answers_from_threads,
        no_answer_goes_out,
        a_disconnect_waits_for_a_command,
        one_of_two_disconnects,
        the_target_says_goodbye,
        a_goodbye_that_nobody_ends,
        an_abort_that_nobody_heeds,
        a_port_that_sends_nothing,
        hosts_without_handles,
        a_host_that_is_unknown,
        a_host_with_associations,
        a_host_that_goes_while_it_asks,
        discovery_events,
    }
    nvme_fc_target_commands = commands {
        malformed_ius,
        contradictions,
        what_nvmet_refuses,
        data_in_parts,
        short_and_extended_responses,
        connects_that_do_not_fit,
        data_of_any_length,
    }
    nvme_fc_target_deferral = deferral {
        first_come_first_served,
        aborted_while_it_waits,
        disconnected_while_it_waits,
        ports_that_do_not_defer,
        more_than_there_is_room_for,
    }
    nvme_fc_target_failures = failures {
        operations_that_are_refused,
        operations_that_end_badly,
        aborts_by_the_host,
        aborts_at_any_time,
        aborts_after_the_release,
        a_command_that_nvmet_keeps,
        disconnected_in_every_phase,
        unbound_in_every_phase,
        unregistered_in_every_phase,
        invalidated_in_every_phase,
        ends_after_the_end,
    }
    nvme_fc_target_review_exchanges = review_exchanges {
        review_target_m2_refused_and_aborted,
        review_target_m3_an_abort_holds_the_port,
        review_target_m12_one_that_blocks,
    }
    nvme_fc_target_review_ports = review_ports {
        review_target_s2_release_of_a_handle_in_use,
        review_target_s2_two_releases_for_one_reference,
        review_target_m4_an_event_too_early,
        unregistration_does_not_wait_for_a_goodbye,
    }
    nvme_fc_target_review_limits = review_limits {
        review_target_s1_connect_first,
        review_target_s1_share,
        review_target_s4_flush_under_flood,
        review_target_s4_contexts_of_a_host,
        review_target_s4_unregistered,
        review_target_s4_waiting_disconnects,
        review_target_s6_data_of_a_host,
        review_target_s6_before_connect,
        review_target_m10_done_twice,
    }
    nvme_fc_target_review_data = review_data {
        review_target_c3_log_page,
        review_target_c3_short_read,
        review_target_c3_kept_memory,
        kept_memory_of_any_length,
        review_target_m7_small_mdts,
        review_target_m9_large_queues,
    }
    nvme_fc_target_review_connect = review_connect {
        review_target_c1_oob,
        review_target_c1_bypass,
        review_target_c1_leftovers,
        review_target_c2_two_connects,
        review_target_c2_one_at_a_time,
        review_target_m6_largest_size,
        review_target_c1_hang,
    }
}
