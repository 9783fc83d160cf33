//! Every model holds in every order of its threads, every model is listed, and the modelled files only
//! use `crate::sync`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A test for each model of a module.
macro_rules! models {
    ($($module:ident { $($model:ident)* })*) => {
        $(mod $module {
            $(#[test]
            fn $model() {
                wireserve_models::$module::$model();
            })*
        })*

        const MODELS: &[(&str, &str)] = &[$($((stringify!($module), stringify!($model))),*),*];
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
        every_thread_gets_in_past_one_that_tries
        a_blocked_holder_is_passed_by_one_that_tries
        one_that_tries_and_one_that_queues_pass_a_blocked_holder
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
        no_thread_ends_in_a_shortage
        two_give_jobs
        all_that_lingers_is_looked_at
    }
    stash {
        everyone_gets_the_lock
        another_may_release
    }
    wire {
        every_wire_is_taken
        a_write_that_waits_does_not_block_a_read
        a_read_that_waits_does_not_block_a_write
        an_answer_of_tls_blocks_no_read
        an_answer_of_tls_awaits_no_write
        records_keep_their_order
        records_are_read_once
    }
}

#[test]
fn every_model_is_listed() {
    let listed: BTreeSet<_> = MODELS
        .iter()
        .map(|&(module, model)| (module.to_owned(), model.to_owned()))
        .collect();
    let mut written = BTreeSet::new();
    for (module, text) in modules() {
        for line in text.lines() {
            let name = line.strip_prefix("pub fn ");
            if let Some(name) = name.and_then(|name| name.strip_suffix("() {")) {
                written.insert((module.clone(), name.to_owned()));
            }
        }
    }
    assert_eq!(listed, written);
}

/// The checker does not see locks of the standard library.
#[test]
fn modelled_files_only_use_crate_sync() {
    let harmless = ["Arc", "PoisonError", "Weak"];
    let mut files = 0;
    for (_, text) in modules() {
        let lines = text.lines();
        for path in lines.filter_map(|line| line.strip_prefix("#[path = \"")?.strip_suffix("\"]")) {
            files += 1;
            let source = fs::read_to_string(folder().join(path)).expect(path);
            let code = source.split("#[cfg(test)]").next().unwrap_or_default();
            for other in ["std::thread", "std::time::{", "std::time::Instant"] {
                assert!(!code.contains(other), "{path} names {other}");
            }
            for named in code.split("std::sync::").skip(1) {
                let named = named.split(';').next().unwrap_or_default();
                for name in named.split(|c: char| !c.is_alphanumeric()) {
                    assert!(
                        name.is_empty() || harmless.contains(&name),
                        "{path} names std::sync::{name}"
                    );
                }
            }
        }
    }
    assert!(files > 0, "there are files to read");
}

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))
}

/// The modules of the models, by name, as text. Folders have what they run instead of the server's files.
fn modules() -> Vec<(String, String)> {
    let files = fs::read_dir(folder()).expect("src/");
    files
        .map(|file| file.expect("a file of src/").path())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy();
            let text = fs::read_to_string(&path).expect("a source is UTF-8");
            (name.into_owned(), text)
        })
        .collect()
}
