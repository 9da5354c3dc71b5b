//! What is said to the engineer when a call of the host has failed.

/// A sentence without its full stop: what that means, and why. `call` is the framework's name of it.
pub fn describe(call: &str, why: &str) -> String {
    let name = call.rsplit("::").next().unwrap_or(call).to_lowercase().replace('_', "");
    let has = |part: &str| name.contains(part);
    let is_of_editor = ["gui", "view", "editor"].iter().any(|part| call.to_lowercase().contains(part));
    let is_processing = ["process", "reset", "startprocessing", "setprocessing"].contains(&name.as_str());
    let what = if is_processing || has("passing") {
        "Processing failed; the mix passes through unchanged until the host restarts the plugin".to_owned()
    } else if has("activ") || has("setupprocessing") {
        "The plugin could not be started; the host may try again".to_owned()
    } else if is_of_editor {
        format!("The editor failed ({call})")
    } else if has("save") || has("getstate") {
        "Saving failed; the host got the last state that could be saved".to_owned()
    } else if has("load") || has("setstate") {
        "The saved session could not be loaded; everything stays as it was".to_owned()
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
            ("IComponent::setActive", "The plugin could not be started"),
            ("IAudioProcessor::process", "Processing failed; the mix passes through"),
            ("IAudioProcessor::getLatencySamples", "A request of the host failed (IAudioProcessor::getLatencySamples)"),
            ("IPlugView::attached", "The editor failed (IPlugView::attached)"),
            ("ext_state_save", "Saving failed"),
            ("IComponent::getState", "Saving failed"),
            ("ext_state_load", "The saved session could not be loaded"),
            ("ext_gui_create", "The editor failed (ext_gui_create)"),
            ("ext_params_get_value", "A request of the host failed (ext_params_get_value)"),
        ] {
            let said = describe(call, "index out of bounds");
            assert!(said.starts_with(words) && said.ends_with(": index out of bounds"), "{said}");
        }
    }
}
