
/// caught runs f and returns a panic as an error, as the Python bindings do:
/// a panic must not unwind through an extern function, where it would abort
/// the process. Messages lose their NULs, which C strings cannot hold.
/// scripts/setup appends this to the crate of github.com/daulet/tokenizers and
/// puts its calls of from_bytes and decode into it.
fn caught<T, E: From<String> + std::fmt::Display>(f: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    static QUIET: std::sync::Once = std::sync::Once::new();
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {}))); // the error tells
    match std::panic::catch_unwind(std::panic::AssertUnwindSafe(f)) {
        Ok(result) => result.map_err(|e| E::from(e.to_string().replace('\0', "\\0"))),
        Err(panic) => {
            let reason = panic
                .downcast_ref::<String>()
                .map(String::as_str)
                .or_else(|| panic.downcast_ref::<&str>().copied())
                .unwrap_or("no reason given");
            Err(E::from(format!("panic: {}", reason.replace('\0', "\\0"))))
        }
    }
}
