//! That the program calls every public function of core: who adds one has to add its call.

use snow_token_public_functions::Functions;

#[test]
fn every_public_function_of_core_is_called() {
    let functions = Functions::read();
    assert!(
        functions.public().len() > 200,
        "core's source is not understood: {}",
        functions.public().len()
    );
    let missing = functions.missing();
    assert!(missing.is_empty(), "not called: {missing:#?}");
}

/// And from a list of them, so that its stack is known.
#[test]
fn every_public_function_of_core_has_an_entry() {
    let functions = Functions::read();
    let all = functions.public().iter();
    let without = all.filter(|function| functions.entries(function).is_empty());
    let without: Vec<_> = without.map(|function| function.path()).collect();
    assert!(without.is_empty(), "in no list: {without:#?}");
}
