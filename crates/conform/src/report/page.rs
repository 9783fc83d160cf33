//! The report as a page: `index.html`. It is one file that loads nothing: style, script and data are in it. The
//! script shows the data as text, never as markup; besides, the page's own policy lets no other script run.

use super::data::Report;
use crate::embedded::{filled, policy};
use wireserve_core::text::html::escaped;

const HTML: &str = include_str!("page/index.html");
const STYLE: &str = include_str!("page/style.css");
const SCRIPT: &str = include_str!("page/script.js");

/// The text of the file; `json` is that of `report.json`.
pub fn html(report: &Report, json: &str) -> String {
    // Within a script, only `<` could end the data early; JSON has it in strings alone.
    let data = json.replace('<', "\\u003c");
    filled(
        HTML,
        &[
            ("policy", &policy(SCRIPT, STYLE, "")),
            ("client", &escaped(&report.client)),
            ("style", STYLE),
            ("script", SCRIPT),
            ("data", &data),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::report;

    #[test]
    fn words_from_outside_do_not_end_the_data() {
        let report = report();
        let page = html(&report, &report.json().unwrap());
        // Only the page's own two.
        assert_eq!(page.matches("</script").count(), 2);
        assert_eq!(page.matches("<b>").count(), 0);
        for name in ["policy", "client", "style", "script", "data"] {
            let placeholder = format!("{{{{{name}}}}}");
            assert!(HTML.contains(&placeholder) && !page.contains(&placeholder));
        }
    }
}
