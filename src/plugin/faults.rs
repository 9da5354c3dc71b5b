//! What is said to the engineer when a call of the host has failed.

/// A sentence without its full stop: what that means, and why. `call` is the framework's name of it.
pub fn describe(call: &str, why: &str) -> String {
    let call_folded = call.to_lowercase().replace('_', "");
    let has = |part: &str| call_folded.contains(part);
    let what = if has("process") || has("reset") || has("passing") {
        "Processing failed; the mix passes through unchanged until the host restarts the plugin".to_owned()
    } else if has("activ") {
        "The plugin could not be started; the host may try again".to_owned()
    } else if has("save") || has("getstate") {
        "Saving failed; the host got the last state that could be saved".to_owned()
    } else if has("load") || has("setstate") {
        "The saved session could not be loaded; everything stays as it was".to_owned()
    } else if has("gui") || has("view") || has("editor") {
        format!("The editor failed ({call})")
    } else {
        format!("A request of the host failed ({call})")
    };
    format!("{what}: {why}")
}

#[cfg(test)]
mod tests {
    use super::describe;

    #[test]
    fn every_call_has_its_words() {
        for (call, words) in [
            ("process", "Processing failed; the mix passes through"),
            ("start_processing", "Processing failed; the mix passes through"),
            ("activate", "The plugin could not be started"),
            ("setActive", "The plugin could not be started"),
            ("ext_state_save", "Saving failed"),
            ("getState", "Saving failed"),
            ("ext_state_load", "The saved session could not be loaded"),
            ("ext_gui_create", "The editor failed (ext_gui_create)"),
            ("ext_params_get_value", "A request of the host failed (ext_params_get_value)"),
        ] {
            let said = describe(call, "index out of bounds");
            assert!(said.starts_with(words) && said.ends_with(": index out of bounds"), "{said}");
        }
    }
}
