//! The plugin as a VST3 host on Linux sees it, in process; and the framework's wrapper with a plugin made for the test.

mod automation;
mod buffers;
mod faults;
mod main_thread;
mod state;
mod views;

use discern_vst3_host::{Parameter, Plugin, Setup};

/// A new instance, initialized and connected.
fn load() -> Plugin {
    Plugin::linked(discern::GetPluginFactory).expect("the plugin is created")
}

/// Set up, active and processing.
fn start(plugin: &Plugin, setup: Setup) {
    assert_eq!(plugin.set_up(setup).expect("a processor"), 0);
    assert_eq!(plugin.set_active(true), 0);
    assert_eq!(plugin.set_processing(true).expect("a processor"), 0);
}

fn stop(plugin: &Plugin) {
    assert_eq!(plugin.set_processing(false).expect("a processor"), 0);
    assert_eq!(plugin.set_active(false), 0);
}

/// A parameter by its name.
fn named(plugin: &Plugin, name: &str) -> Parameter {
    let found = plugin.parameters().iter().find(|parameter| parameter.name == name);
    found.unwrap_or_else(|| panic!("no parameter is named {name}")).clone()
}

/// Moves something that is heard at once.
const LIMITER_GAIN: &str = "Limiter Gain";

#[test]
fn parameters_describe_themselves() {
    let plugin = load();
    let parameters = plugin.parameters();
    let mut ids: Vec<_> = parameters.iter().map(|parameter| parameter.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), parameters.len());
    assert_eq!(parameters.iter().filter(|parameter| parameter.is_bypass).count(), 1);
    for parameter in parameters {
        assert!(parameter.id < 1 << 31 && !parameter.name.is_empty(), "{parameter:?}");
        let num_values = if parameter.num_steps == 0 { 100 } else { parameter.num_steps.min(100) };
        for value in 0..=num_values {
            let value = f64::from(value) / f64::from(num_values);
            let text = plugin.format(parameter.id, value).expect("every value has a text");
            let parsed = plugin.parse(parameter.id, &text).expect("every text of its own is understood");
            let again = plugin.format(parameter.id, parsed).expect("every value has a text");
            assert_eq!(again, text, "{}", parameter.name);
        }
        let default = parameter.default_millionths as f64 / 1e6;
        assert!((plugin.value(parameter.id) - default).abs() < 2e-6, "{} does not begin there", parameter.name);
    }
}

#[test]
fn choices_are_lists_also_of_two() {
    use discern::chain::settings::{Kind, table};
    let plugin = load();
    let mut num_of_two = 0;
    for (setting, parameter) in table().iter().zip(plugin.parameters()) {
        let Kind::Choice(names) = setting.kind else {
            assert!(!parameter.is_list, "{}", parameter.name);
            continue;
        };
        assert!(parameter.is_list, "{}", parameter.name);
        assert_eq!(parameter.num_steps as usize, names.len() - 1, "{}", parameter.name);
        num_of_two += usize::from(names.len() == 2);
        for (position, (_, name)) in names.iter().enumerate() {
            let value = position as f64 / (names.len() - 1) as f64;
            assert_eq!(plugin.format(parameter.id, value).expect("a text"), *name);
        }
    }
    assert!(num_of_two > 0, "the table has choices of two");
}
