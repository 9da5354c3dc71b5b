//! Views that have no window yet, as hosts make them that ask for a size.

use discern_vst3_host::Plugin;

use super::load;

const NUM_VIEWS: usize = 20;

fn num_open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").expect("Linux has it").count()
}

#[test]
fn a_view_leaves_nothing_with_the_host() {
    let plugins = [load(), Plugin::linked_with_main_loop(discern::GetPluginFactory).expect("the plugin is created")];
    for mut plugin in plugins {
        let before = plugin.num_run_loop_handlers();
        for turn in 0..NUM_VIEWS {
            let editor = plugin.create_editor().expect("has an editor");
            assert!(plugin.num_run_loop_handlers() > before);
            // One host says so when it ends, the other does not.
            if turn % 2 == 0 {
                editor.close().expect("closes");
            } else {
                editor.abandon();
            }
            assert_eq!(plugin.num_run_loop_handlers(), before);
        }
        // Two at once.
        let (first, second) = (plugin.create_editor().expect("an editor"), plugin.create_editor().expect("an editor"));
        drop(first);
        assert!(plugin.num_run_loop_handlers() > before);
        drop(second);
        assert_eq!(plugin.num_run_loop_handlers(), before);
    }
}

#[test]
fn a_view_leaves_no_open_files() {
    let mut plugin = load();
    plugin.create_editor().expect("an editor").close().expect("closes");
    // Other tests open files meanwhile, but not without end.
    let grows = (0..20).all(|_| {
        let before = num_open_files();
        for _ in 0..NUM_VIEWS {
            plugin.create_editor().expect("an editor").close().expect("closes");
        }
        num_open_files() >= before + NUM_VIEWS
    });
    assert!(!grows);
}

#[test]
fn sizes_and_scale_are_taken_before_there_is_a_window() {
    let mut plugin = load();
    let mut editor = plugin.create_editor().expect("an editor");
    assert!(editor.can_resize());
    let size = editor.size().expect("a size");
    assert_eq!(editor.constrain(size.0, size.1).expect("takes its own size"), size);
    assert_eq!(editor.constrain(300, 200).expect("gives the least"), (690, 450));
    assert_eq!(editor.constrain(6000, 6000).expect("gives the largest"), (2950, 1850));
    editor.resize(1000, 700).expect("takes it");
    assert_eq!(editor.size().expect("a size"), (1000, 700));
    editor.resize(10, 10).expect("takes it");
    assert_eq!(editor.size().expect("a size"), (690, 450));
    // A new scale is one for the size that the editor would open with.
    editor.set_scale(1.5).expect("takes it");
    assert_eq!(editor.size().expect("a size"), (size.0 * 3 / 2, size.1 * 3 / 2));
    assert_eq!(editor.constrain(300, 200).expect("gives the least"), (1035, 675));
    for scale in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        assert!(editor.set_scale(scale).is_err());
    }
    drop(editor);
    assert_eq!(plugin.create_editor().expect("an editor").size().expect("a size"), size);
}
