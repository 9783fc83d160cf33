//! Tells the linker where the interpreter that we were built against lives, so that the binary and
//! the tests run without `LD_LIBRARY_PATH`. Nothing to do without the `python` feature.

fn main() {
    #[cfg(feature = "python")]
    {
        pyo3_build_config::use_pyo3_cfgs();
        pyo3_build_config::add_libpython_rpath_link_args();
    }
}
