//! Every model holds in every order of its threads.

/// A test for each model of a module.
macro_rules! models {
    ($($module:ident { $($model:ident)* })*) => {
        $(mod $module {
            $(#[test]
            fn $model() {
                wireserve_models::$module::$model();
            })*
        })*
    };
}

models! {
    exchange {
        an_event_wakes_all
        events_are_apart
        a_connection_is_not_missed
    }
    python {
        everyone_gets_in
        everyone_gets_in_again
        patience_ends
        a_blocked_holder_is_passed
        a_passed_holder_gives_nothing_back
        blocked_holders_are_passed
        a_holder_at_work_is_passed
        a_new_holder_is_not_passed
        looks_come_at_any_moment
        away_gives_back_and_takes_again
        no_queue_is_slept_through
    }
    server {
        every_job_runs_once
        a_parked_thread_is_woken
        no_job_waits_for_another
        a_job_outlives_patience
        two_give_jobs
    }
    stash {
        everyone_gets_the_lock
        another_may_release
    }
    wire {
        every_wire_is_taken
    }
}
