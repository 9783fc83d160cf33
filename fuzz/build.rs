//! Passes the path of libpython to the linker, as the server's build script does. Does nothing without the
//! feature.

fn main() {
    #[cfg(feature = "python")]
    pyo3_build_config::add_libpython_rpath_link_args();
}
