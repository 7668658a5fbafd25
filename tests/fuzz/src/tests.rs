//! Every input of the corpus once more, which `cargo test` does without libFuzzer: what was found once stays mended.

use std::path::Path;

use super::TARGETS;

#[test]
fn all_of_the_corpus_holds() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    for (name, target) in TARGETS {
        let folder = corpus.join(name);
        let mut inputs = 0;
        for input in std::fs::read_dir(&folder).unwrap() {
            let input = input.unwrap().path();
            println!("{}", input.display()); // shown where it fails
            target(&std::fs::read(&input).unwrap());
            inputs += 1;
        }
        assert!(inputs >= 5, "{name} has {inputs} inputs to begin with");
    }
}

#[test]
fn every_target_has_its_binary_and_its_corpus() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = |of: &str| {
        let entries = std::fs::read_dir(folder.join(of)).unwrap();
        let names = entries.map(|entry| {
            let path = entry.unwrap().path();
            path.file_stem().unwrap().to_string_lossy().into_owned()
        });
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    };
    let targets = TARGETS.map(|(name, _)| name);
    assert_eq!(names("fuzz_targets"), targets);
    assert_eq!(names("corpus"), targets);
}
