use snow_token_device::elf;
#[test]
fn scratch() {
    let elf = std::fs::read(std::env::var("ELF").unwrap()).unwrap();
    for call in elf::panic_calls(&elf).unwrap() {
        println!(
            "{:x} {} :: {:?} {} -> {}",
            call.address, call.frame.function, call.frame.origin, call.frame.line, call.callee
        );
    }
    for l in elf::locations(&elf).unwrap() {
        println!("LOC {l:?}");
    }
}
