//! Tells the linker where libpython is, as the server's own script does. Nothing to do without the feature.

fn main() {
    #[cfg(feature = "python")]
    pyo3_build_config::add_libpython_rpath_link_args();
}
